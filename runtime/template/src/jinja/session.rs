//! One rendering: its budget, and the brackets that mark secrets inside the engine's texts.

use crate::context::{Context, Fail};
use crate::marks::Marks;
use crate::options::Options;
use crate::text::Str;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct Session {
    context: Mutex<Context>,
    open: String,
    close: String,
}

impl Session {
    pub(super) fn new(options: &Options) -> Session {
        let mut random = [0; 16];
        options.world.fill_random(&mut random);
        // Noncharacters, and a number that a template cannot know.
        let id = u128::from_be_bytes(random);
        let (open, close) = (
            format!("\u{10fffe}{id:032x}\u{fdd0}"),
            format!("\u{10fffe}{id:032x}\u{fdd1}"),
        );
        Session {
            context: Mutex::new(Context::new(options)),
            open,
            close,
        }
    }

    pub(super) fn context(&self) -> MutexGuard<'_, Context> {
        self.context.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn out_of_time(&self) -> Result<(), String> {
        match self.context().look_at_clock() {
            Ok(()) => Ok(()),
            Err(Fail::Limit(text) | Fail::Message(text)) => {
                Err(format!("template: config: the template needs {text}"))
            }
        }
    }

    /// The text with brackets around its secret ranges.
    pub(super) fn bracket(&self, text: &Str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for range in text.marks().ranges() {
            out.push_str(&text.slice(at..range.start).text());
            out.push_str(&self.open);
            out.push_str(&text.slice(range.clone()).text());
            out.push_str(&self.close);
            at = range.end;
        }
        out.push_str(&text.slice(at..text.len()).text());
        out
    }

    /// The text without brackets, its secret ranges marked; all of it if a bracket was torn.
    pub(super) fn unbracket(&self, bytes: &[u8]) -> Str {
        let text = String::from_utf8_lossy(bytes);
        let mut plain = Vec::with_capacity(text.len());
        let mut marks = Marks::none();
        let mut rest: &str = &text;
        while let Some((before, after)) = rest.split_once(self.open.as_str()) {
            plain.extend_from_slice(before.as_bytes());
            let Some((secret, after)) = after.split_once(self.close.as_str()) else {
                return self.torn(&text);
            };
            let start = plain.len();
            plain.extend_from_slice(secret.as_bytes());
            marks.add(start..plain.len());
            rest = after;
        }
        plain.extend_from_slice(rest.as_bytes());
        if plain
            .windows(4)
            .any(|window| window == "\u{10fffe}".as_bytes())
        {
            return self.torn(&text);
        }
        Str::marked(plain, marks)
    }

    fn torn(&self, text: &str) -> Str {
        Str::secret(
            text.replace(self.open.as_str(), "")
                .replace(self.close.as_str(), "")
                .into_bytes(),
        )
    }
}
