/// Makes the component: lists the functions that it serves.
///
/// ```text
/// kanister_sdk::plugin!(kube_exec, kube_exec_all);
/// ```
#[macro_export]
macro_rules! plugin {
    ($($($function:ident)::+),+ $(,)?) => {
        #[doc(hidden)]
        pub struct KanisterPlugin;

        #[doc(hidden)]
        mod kanister_plugin {
            use super::*;
            use $crate::types;

            const FUNCTIONS: &[$crate::function::Function] = &[$($($function)::+::FUNCTION),+];

            impl $crate::glue::describe::Guest for KanisterPlugin {
                fn functions() -> ::std::vec::Vec<types::Descriptor> {
                    $crate::function::functions(FUNCTIONS)
                }

                fn validate(
                    call: types::Call,
                ) -> ::core::result::Result<(), ::std::vec::Vec<types::FieldError>> {
                    $crate::function::dispatch_validate(FUNCTIONS, &call)
                }

                fn plan(
                    call: types::Call,
                ) -> ::core::result::Result<
                    ::core::option::Option<::std::vec::Vec<types::Access>>,
                    ::std::vec::Vec<types::FieldError>,
                > {
                    $crate::function::dispatch_plan(FUNCTIONS, &call)
                }
            }

            impl $crate::glue::run::Guest for KanisterPlugin {
                fn run(
                    invocation: types::Invocation,
                ) -> ::core::result::Result<types::Json, types::Failure> {
                    $crate::glue::install_panic_hook();
                    $crate::function::dispatch_run(FUNCTIONS, invocation)
                }
            }
        }

        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        #[allow(unsafe_code, reason = "exporting a symbol is")]
        mod kanister_export {
            use super::KanisterPlugin;
            $crate::bindings::export!(KanisterPlugin with_types_in $crate::bindings);
        }
    };
}
