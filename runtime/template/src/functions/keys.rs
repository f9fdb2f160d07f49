//! `genPrivateKey` and `derivePassword`.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use p256::elliptic_curve::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::LineEnding;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed(
        "genPrivateKey",
        &[Param::Str],
        Rule::Whole,
        |context, args| {
            let kind = Args(args).str(0)?.text().into_owned();
            let pem = match kind.as_str() {
                "rsa" => rsa_pem(&rsa_key(context, 4096)?)?,
                "ecdsa" => SecretKey::<p256::NistP256>::random(&mut generator(context))
                    .to_sec1_pem(LineEnding::LF)
                    .map(|pem| pem.to_string())
                    .map_err(|error| {
                        Fail::new(format!("failed to generate private key: {error}"))
                    })?,
                // Allowed, but unknown to the library: it answers with a text.
                "ed25519" => "Unknown type ed25519".into(),
                other => return Err(not_allowed(&format!("genPrivateKey for {other}"))),
            };
            context.look_at_clock()?;
            context.text(pem)
        },
    ),
    Function::fixed(
        "derivePassword",
        &[
            Param::Uint32,
            Param::Str,
            Param::Str,
            Param::Str,
            Param::Str,
        ],
        Rule::Whole,
        |_, _| Err(not_allowed("derivePassword")),
    ),
];

fn not_allowed(usage: &str) -> Fail {
    Fail::new(format!(
        "sprig usage of '{usage}' is not allowed by kanister as it is not FIPS compatible"
    ))
}

/// A generator of random numbers, seeded by the world.
pub(super) fn generator(context: &Context) -> ChaCha20Rng {
    let mut seed = [0; 32];
    context.options.world.fill_random(&mut seed);
    ChaCha20Rng::from_seed(seed)
}

/// A new RSA key. It takes long: a rendering that makes many reaches its limit of time.
pub(super) fn rsa_key(context: &mut Context, bits: usize) -> Result<RsaPrivateKey, Fail> {
    context.spend(10_000)?;
    context.look_at_clock()?;
    RsaPrivateKey::new(&mut generator(context), bits)
        .map_err(|error| Fail::new(format!("failed to generate private key: {error}")))
}

pub(super) fn rsa_pem(key: &RsaPrivateKey) -> Result<String, Fail> {
    key.to_pkcs1_pem(LineEnding::LF)
        .map(|pem| pem.to_string())
        .map_err(|error| Fail::new(format!("error pem-encoding key: {error}")))
}
