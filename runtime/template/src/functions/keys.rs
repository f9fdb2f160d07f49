//! `genPrivateKey` and `derivePassword`.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint;
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
                "ecdsa" => ecdsa_pem(&SecretKey::random(&mut generator(context))),
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

/// SEC 1 with the curve named, which other programs need to read the key. All parts have one length, so the DER around
/// them never changes.
fn ecdsa_pem(key: &SecretKey) -> String {
    const VERSION: &[u8] = &[0x30, 0x77, 2, 1, 1, 4, 0x20];
    /// `prime256v1`, then the head of the public key.
    const CURVE: &[u8] = &[
        0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 0xa1, 0x44, 3, 0x42, 0,
    ];
    let point = key.public_key().to_encoded_point(false);
    let der = [VERSION, &key.to_bytes(), CURVE, point.as_bytes()].concat();
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("EC PRIVATE KEY", der), config)
}
