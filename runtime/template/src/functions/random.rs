//! Random texts.

use super::keys::generator;
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::value::Value;
use rand_chacha::rand_core::RngCore;

const COUNT: &[Param] = &[Param::Int];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("randAlphaNum", COUNT, Rule::Clear, |context, args| {
        characters(context, args, |byte| byte.is_ascii_alphanumeric())
    }),
    Function::fixed("randAlpha", COUNT, Rule::Clear, |context, args| {
        characters(context, args, |byte| byte.is_ascii_alphabetic())
    }),
    Function::fixed("randNumeric", COUNT, Rule::Clear, |context, args| {
        characters(context, args, |byte| byte.is_ascii_digit())
    }),
    Function::fixed("randAscii", COUNT, Rule::Clear, |context, args| {
        characters(context, args, |byte| {
            byte.is_ascii_graphic() || *byte == b' '
        })
    }),
    Function::fixed("shuffle", &[Param::Str], Rule::Whole, |context, args| {
        let mut chars: Vec<char> = Args(args).str(0)?.text().chars().collect();
        let mut random = generator(context);
        for last in (1..chars.len()).rev() {
            chars.swap(last, below(&mut random, last + 1));
        }
        context.text(chars.into_iter().collect::<String>())
    }),
    Function::fixed("uuidv4", &[], Rule::Clear, |context, _| {
        let mut bytes = [0; 16];
        context.options.world.fill_random(&mut bytes);
        let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | 4 << 76 | 2 << 62;
        let hex = format!("{number:032x}");
        let cuts = [0..8, 8..12, 12..16, 16..20, 20..32];
        let parts: Vec<&str> = cuts.into_iter().filter_map(|cut| hex.get(cut)).collect();
        context.text(parts.join("-"))
    }),
];

fn characters(
    context: &mut Context,
    args: &[Value],
    wanted: fn(&u8) -> bool,
) -> Result<Value, Fail> {
    // Upstream's library fails on a negative count, and sprig then gives its empty text.
    let count = usize::try_from(Args(args).int(0)?).unwrap_or(0);
    context.charge(count)?;
    let alphabet: Vec<u8> = (0..=127).filter(wanted).collect();
    let mut random = generator(context);
    let pick = |_| {
        alphabet
            .get(below(&mut random, alphabet.len()))
            .copied()
            .unwrap_or(b'0')
    };
    let text: Vec<u8> = (0..count).map(pick).collect();
    Ok(Value::Str(crate::text::Str::new(text)))
}

/// A number below `bound`, every one as likely.
fn below(random: &mut impl RngCore, bound: usize) -> usize {
    let bound = bound.max(1) as u64;
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let number = random.next_u64();
        if number < fair {
            return usize::try_from(number % bound).unwrap_or(0);
        }
    }
}
