//! The patterns of rules, each parsed once and never again a text.

mod address;
mod argv;
mod host;
mod image;
mod key;
mod name;
#[cfg(test)]
mod tests;
mod word;

pub use address::AddressPattern;
pub use argv::{ArgvPart, ArgvPattern};
pub use host::{DomainPattern, HostPattern, Port};
pub use image::{ImagePattern, ImageReference, ImageVersion, RepositoryEnd};
pub use key::KeyPrefix;
pub use name::{ContainerPattern, NamePattern, NamespacePattern};
pub use word::{MethodPattern, WordPattern};

/// Makes a type with `FromStr` and `Display` a text in YAML and JSON.
macro_rules! text_serde {
    ($type:ty, $expecting:literal) => {
        const _: () = {
            impl serde::Serialize for $type {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }

            impl<'de> serde::Deserialize<'de> for $type {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    struct Text;
                    impl serde::de::Visitor<'_> for Text {
                        type Value = $type;
                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str($expecting)
                        }
                        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                            text.parse().map_err(E::custom)
                        }
                    }
                    deserializer.deserialize_str(Text)
                }
            }
        };
    };
}
pub(super) use text_serde;

/// Writes a text so that it reads back as itself and never as a pattern.
fn write_literal(f: &mut std::fmt::Formatter<'_>, text: &str) -> std::fmt::Result {
    if text.is_empty() || text.starts_with(['$', '\\']) || text.contains('*') {
        f.write_str("\\")?;
    }
    f.write_str(text)
}
