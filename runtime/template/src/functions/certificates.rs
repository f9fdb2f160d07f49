//! X.509 certificates with RSA keys of 2048 bits.

use super::encoding::decode64;
use super::keys::{generator, rsa_key, rsa_pem};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::Str;
use crate::value::{Field, List, Record, RecordType, Type, Value};
use rand_chacha::rand_core::RngCore;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, SanType, SerialNumber,
};
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use std::net::IpAddr;
use time::OffsetDateTime;

/// `sprig.certificate`: what the functions here give and take.
static CERTIFICATE: RecordType = RecordType {
    name: "sprig.certificate",
    fields: &[
        Field {
            name: "Cert",
            json: "Cert",
            omit_empty: false,
            promoted: false,
            unprinted: false,
            kind: Type::Str(crate::text::Named::String),
        },
        Field {
            name: "Key",
            json: "Key",
            omit_empty: false,
            promoted: false,
            unprinted: false,
            kind: Type::Str(crate::text::Named::String),
        },
    ],
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed(
        "buildCustomCert",
        &[Param::Str, Param::Str],
        Rule::Whole,
        |_, args| build(Args(args)),
    ),
    Function::fixed(
        "genCA",
        &[Param::Str, Param::Int],
        Rule::Whole,
        |context, args| {
            let args = Args(args);
            let mut request = params(context, args.str(0)?, None, None, args.int(1)?)?;
            request.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            request.key_usages.push(KeyUsagePurpose::KeyCertSign);
            sign(context, request, None)
        },
    ),
    Function::fixed(
        "genSelfSignedCert",
        &[Param::Str, Param::List, Param::List, Param::Int],
        Rule::Whole,
        |context, args| {
            let args = Args(args);
            let request = params(
                context,
                args.str(0)?,
                Some(args.list(1)?),
                Some(args.list(2)?),
                args.int(3)?,
            )?;
            sign(context, request, None)
        },
    ),
    Function::fixed(
        "genSignedCert",
        &[
            Param::Str,
            Param::List,
            Param::List,
            Param::Int,
            Param::Certificate,
        ],
        Rule::Whole,
        |context, args| {
            let args = Args(args);
            let issuer = issuer(args.get(4)?)?;
            let request = params(
                context,
                args.str(0)?,
                Some(args.list(1)?),
                Some(args.list(2)?),
                args.int(3)?,
            )?;
            sign(context, request, Some(issuer))
        },
    ),
];

fn certificate(cert: impl Into<Str>, key: impl Into<Str>) -> Value {
    Value::Record(Record::new(
        &CERTIFICATE,
        vec![Value::Str(cert.into()), Value::Str(key.into())],
    ))
}

/// The content of the first block of a PEM text.
fn pem_block(text: &[u8]) -> Option<Vec<u8>> {
    pem::parse(text).ok().map(pem::Pem::into_contents)
}

fn build(args: Args<'_>) -> Result<Value, Fail> {
    let cert = decode64(args.str(0)?.bytes())
        .map_err(|_| Fail::new("unable to decode base64 certificate"))?;
    let key = decode64(args.str(1)?.bytes())
        .map_err(|_| Fail::new("unable to decode base64 private key"))?;
    let der = pem_block(&cert).ok_or_else(|| Fail::new("unable to decode certificate"))?;
    x509_parser::parse_x509_certificate(&der).map_err(|error| {
        Fail::new(format!(
            "error parsing certificate: decodedCert.Bytes: {error}"
        ))
    })?;
    let der = pem_block(&key).ok_or_else(|| Fail::new("unable to decode key"))?;
    RsaPrivateKey::from_pkcs1_der(&der).map_err(|error| {
        Fail::new(format!(
            "error parsing prive key: decodedKey.Bytes: {error}"
        ))
    })?;
    Ok(certificate(Str::new(cert), Str::new(key)))
}

fn issuer(value: &Value) -> Result<Issuer<'static, KeyPair>, Fail> {
    let field = |name| match value {
        Value::Record(record) => record
            .get(name)
            .and_then(Value::as_str)
            .map(|text| text.bytes().to_vec()),
        _ => None,
    };
    let cert = field("Cert").unwrap_or_default();
    let key = field("Key").unwrap_or_default();
    let der = pem_block(&cert).ok_or_else(|| Fail::new("unable to decode certificate"))?;
    let key = pem_block(&key).ok_or_else(|| Fail::new("unable to decode key"))?;
    let key = RsaPrivateKey::from_pkcs1_der(&key).map_err(|error| {
        Fail::new(format!(
            "error parsing prive key: decodedSignerKey.Bytes: {error}"
        ))
    })?;
    Issuer::from_ca_cert_der(&der.into(), key_pair(&key)?).map_err(|error| {
        Fail::new(format!(
            "error parsing certificate: decodedSignerCert.Bytes: {error}"
        ))
    })
}

fn key_pair(key: &RsaPrivateKey) -> Result<KeyPair, Fail> {
    let der = key
        .to_pkcs8_der()
        .map_err(|error| Fail::new(format!("error creating certificate: {error}")))?;
    KeyPair::from_pkcs8_der_and_sign_algo(&der.as_bytes().into(), &PKCS_RSA_SHA256)
        .map_err(|error| Fail::new(format!("error creating certificate: {error}")))
}

fn params(
    context: &Context,
    name: &Str,
    addresses: Option<&List>,
    names: Option<&List>,
    days: i64,
) -> Result<CertificateParams, Fail> {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name.text().into_owned());
    params.distinguished_name = subject;
    for address in addresses.map(List::items).unwrap_or_default() {
        let text = address
            .as_str()
            .ok_or_else(|| Fail::new("error parsing ip: not a string"))?
            .text();
        let address: IpAddr = text
            .parse()
            .map_err(|_| Fail::new(format!("error parsing ip: {text}")))?;
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    for name in names.map(List::items).unwrap_or_default() {
        let text = name
            .as_str()
            .ok_or_else(|| Fail::new("error processing alternate dns name: not a string"))?
            .text();
        let name = text
            .into_owned()
            .try_into()
            .map_err(|error| Fail::new(format!("error creating certificate: {error}")))?;
        params.subject_alt_names.push(SanType::DnsName(name));
    }
    let mut serial = [0; 16];
    generator(context).fill_bytes(&mut serial);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    let (now, _) = context.options.world.now();
    params.not_before = date(now);
    params.not_after = date(now.saturating_add(days.saturating_mul(86_400)));
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.is_ca = IsCa::ExplicitNoCa;
    Ok(params)
}

/// A time of X.509, which has years of four digits.
fn date(unix: i64) -> OffsetDateTime {
    const LAST: i64 = 253_402_300_799;
    OffsetDateTime::from_unix_timestamp(unix.clamp(0, LAST)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn sign(
    context: &mut Context,
    request: CertificateParams,
    issuer: Option<Issuer<'static, KeyPair>>,
) -> Result<Value, Fail> {
    let key = rsa_key(context, 2048)?;
    let pair = key_pair(&key)?;
    let signed = match issuer {
        Some(issuer) => request.signed_by(&pair, &issuer),
        None => request.self_signed(&pair),
    };
    let cert = signed.map_err(|error| Fail::new(format!("error creating certificate: {error}")))?;
    context.look_at_clock()?;
    let pem = cert.pem().replace("\r\n", "\n");
    Ok(certificate(pem, rsa_pem(&key)?))
}
