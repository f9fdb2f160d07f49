//! Where the timeline is drawn: lines that stay, and on a terminal one below them that lives.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

/// Which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Error,
}

/// How a part of a line looks.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    Bold,
    Dim,
    Good,
    Bad,
    Busy,
}

/// A place to draw on.
pub struct Screen {
    stream: Stream,
    live: bool,
    colour: bool,
    /// The live line that is on the screen.
    shown: Mutex<String>,
}

impl Screen {
    /// The stream of this process. On a terminal it lives and has colours (unless `NO_COLOR` says
    /// no); elsewhere there are only lines.
    pub fn of(stream: Stream) -> Self {
        let terminal = match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Error => io::stderr().is_terminal(),
        };
        let plain = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|it| it == "dumb");
        Self {
            stream,
            live: terminal && !dumb,
            colour: terminal && !dumb && !plain,
            shown: Mutex::default(),
        }
    }

    /// Whether the last line lives.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// A text as this screen shows it.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Busy => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Writes a line that stays, above the one that lives.
    pub fn line(&self, text: &str) {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = String::new();
        if !shown.is_empty() {
            all.push_str("\r\u{1b}[K");
        }
        all.push_str(text);
        all.push('\n');
        all.push_str(&shown);
        self.write(&all);
    }

    /// Draws the line that lives; empty removes it.
    pub fn live(&self, text: &str) {
        if !self.live {
            return;
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown != text {
            text.clone_into(&mut shown);
            // Without wrapping, so that it can be taken away again.
            self.write(&format!("\r\u{1b}[K\u{1b}[?7l{text}\u{1b}[?7h"));
        }
    }

    fn write(&self, text: &str) {
        // Whoever closed the stream does not want to read it.
        let _ = match self.stream {
            Stream::Out => {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
            Stream::Error => io::stderr().lock().write_all(text.as_bytes()),
        };
    }
}
