//! As much of the shell's language as it takes to find pipes.

/// A script that a command line gives to a shell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Script<'a> {
    /// Which word of the command line it is.
    pub(crate) index: usize,
    pub(crate) text: &'a str,
    /// The command line itself turns pipefail on.
    pub(crate) pipefail: bool,
    /// The command line itself turns errexit on.
    pub(crate) errexit: bool,
}

/// The script of `sh -c SCRIPT` and the like.
pub(crate) fn script<'a>(words: &[&'a str]) -> Option<Script<'a>> {
    let (shell, rest) = words.split_first()?;
    let shell = shell.rsplit('/').next()?;
    if !matches!(shell, "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh") {
        return None;
    }
    let (mut pipefail, mut errexit) = (false, false);
    let mut index = 1;
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        index += 1;
        let Some(flags) = word
            .strip_prefix('-')
            .filter(|flags| !flags.starts_with('-'))
        else {
            continue;
        };
        errexit |= flags.contains('e');
        if flags.contains('o') {
            let option = rest.next()?;
            index += 1;
            pipefail |= *option == "pipefail";
            errexit |= *option == "errexit";
        }
        if flags.contains('c') {
            let text = rest.next()?;
            return Some(Script {
                index,
                text,
                pipefail,
                errexit,
            });
        }
    }
    None
}

/// What a script does.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shell {
    /// Line and column of each pipe that pipefail does not guard.
    pub(crate) pipes: Vec<(usize, usize)>,
    /// The first command that another one follows whatever happens.
    pub(crate) goes_on: Option<(usize, usize)>,
}

/// Reads a script. What it does not understand it takes for text.
pub(crate) fn read(text: &str) -> Shell {
    Reader::new(text).read()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
    column: usize,
    /// The word that is being read.
    word: String,
    /// The words of the command so far, `set` and its options among them.
    words: Vec<String>,
    /// Where the command began.
    start: Option<(usize, usize)>,
    /// The previous command, if nothing looks at whether it failed.
    before: Option<(usize, usize)>,
    pipefail: bool,
    errexit: bool,
    /// Open `case`s.
    cases: usize,
    /// The ends of here-documents that begin after this line.
    heredocs: Vec<String>,
    found: Shell,
}

impl Reader {
    fn new(text: &str) -> Self {
        Self {
            chars: text.chars().collect(),
            at: 0,
            line: 1,
            column: 1,
            word: String::new(),
            words: Vec::new(),
            start: None,
            before: None,
            pipefail: false,
            errexit: false,
            cases: 0,
            heredocs: Vec::new(),
            found: Shell::default(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at.saturating_add(ahead)).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn skip(&mut self) {
        self.advance();
    }

    fn read(mut self) -> Shell {
        let mut quote = Quote::None;
        while let Some(c) = self.peek(0) {
            let place = (self.line, self.column);
            // A template is a word, whatever stands in it.
            if c == '{' && self.peek(1) == Some('{') {
                self.template(place);
                continue;
            }
            self.advance();
            match (quote, c) {
                (Quote::Single, '\'') | (Quote::Double, '"') => quote = Quote::None,
                (Quote::Double, '\\') => self.skip(),
                (Quote::Single | Quote::Double, _) => self.word.push(c),
                (Quote::None, '\\') => self.skip(),
                (Quote::None, '\'' | '"') => {
                    self.start.get_or_insert(place);
                    quote = if c == '"' {
                        Quote::Double
                    } else {
                        Quote::Single
                    };
                }
                (Quote::None, '#') if self.word.is_empty() => self.comment(),
                (Quote::None, ' ' | '\t') => self.end_word(),
                (Quote::None, '\n' | ';') => self.end_command(c),
                (Quote::None, '|') => self.bar(place),
                (Quote::None, '&') if self.peek(0) == Some('&') => {
                    self.advance();
                    self.end_word();
                    self.words.clear();
                }
                (Quote::None, '<') if self.peek(0) == Some('<') => self.heredoc(),
                (Quote::None, '(' | ')' | '`') => {
                    self.end_word();
                    self.words.clear();
                }
                (Quote::None, _) => {
                    self.start.get_or_insert(place);
                    self.word.push(c);
                }
            }
        }
        self.end_command('\n');
        self.found
    }

    fn template(&mut self, place: (usize, usize)) {
        self.start.get_or_insert(place);
        self.word.push('x');
        while let Some(c) = self.advance() {
            if c == '}' && self.peek(0) == Some('}') {
                self.advance();
                break;
            }
        }
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.advance();
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        match word.as_str() {
            "case" if self.words.is_empty() => self.cases += 1,
            "esac" => self.cases = self.cases.saturating_sub(1),
            _ => {}
        }
        self.words.push(word);
    }

    fn end_command(&mut self, by: char) {
        self.end_word();
        let words = std::mem::take(&mut self.words);
        if words.first().is_some_and(|word| word == "set") {
            self.options(words.get(1..).unwrap_or_default());
            self.start = None;
        } else if let Some(start) = self.start.take() {
            let first = words.first().map(String::as_str).unwrap_or_default();
            // What closes or continues a construct is no command of its own.
            if matches!(
                first,
                "" | "then" | "else" | "fi" | "do" | "done" | "esac" | "}"
            ) {
                if by == '\n' {
                    self.skip_heredocs();
                }
                return;
            }
            if let Some(before) = self.before
                && !self.errexit
            {
                self.found.goes_on.get_or_insert(before);
            }
            // Whether these fail decides nothing: assignments, functions, the shell's own words.
            let quiet = matches!(
                first,
                "" | "if"
                    | "then"
                    | "else"
                    | "elif"
                    | "fi"
                    | "for"
                    | "while"
                    | "until"
                    | "do"
                    | "done"
                    | "case"
                    | "esac"
                    | "function"
                    | "{"
                    | "}"
                    | "exit"
                    | "return"
                    | "echo"
                    | "printf"
                    | "export"
                    | "local"
                    | "trap"
                    | "sleep"
                    | "true"
                    | ":"
            );
            self.before = (!quiet && !first.contains('=')).then_some(start);
        }
        if by == '\n' {
            self.skip_heredocs();
        }
    }

    fn options(&mut self, words: &[String]) {
        for word in words {
            let on = word.starts_with('-') && !word.starts_with("--");
            self.errexit |= on && word.contains('e') || word == "errexit";
            self.pipefail |= word == "pipefail";
        }
    }

    fn bar(&mut self, place: (usize, usize)) {
        // `||` looks at the failure, `>|` is no pipe.
        let is_or = self.peek(0) == Some('|');
        let clobbers = self.at >= 2 && self.chars.get(self.at - 2) == Some(&'>');
        if is_or {
            self.advance();
        } else if !clobbers && !self.is_pattern() && !self.pipefail {
            self.found.pipes.push(place);
        }
        self.end_word();
        self.words.clear();
    }

    /// `a|b)` in a `case`.
    fn is_pattern(&self) -> bool {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let end = rest
            .iter()
            .find(|c| matches!(c, ')' | '(' | '\n' | ';' | '&'));
        self.cases > 0 && end == Some(&')')
    }

    fn heredoc(&mut self) {
        self.advance();
        if self.peek(0) == Some('<') {
            self.advance();
            return;
        }
        if self.peek(0) == Some('-') {
            self.advance();
        }
        while self.peek(0) == Some(' ') {
            self.advance();
        }
        let mut end = String::new();
        while let Some(c) = self
            .peek(0)
            .filter(|c| !c.is_whitespace() && !matches!(c, ';' | '|' | '&'))
        {
            self.advance();
            if !matches!(c, '\'' | '"' | '\\') {
                end.push(c);
            }
        }
        if !end.is_empty() {
            self.heredocs.push(end);
        }
    }

    fn skip_heredocs(&mut self) {
        for end in std::mem::take(&mut self.heredocs) {
            let mut line = String::new();
            while let Some(c) = self.advance() {
                if c != '\n' {
                    line.push(c);
                } else if line.trim_start_matches('\t') == end {
                    break;
                } else {
                    line.clear();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipes(text: &str) -> Vec<(usize, usize)> {
        read(text).pipes
    }

    #[test]
    fn the_script_of_a_shell_is_found() {
        let found = script(&["bash", "-o", "errexit", "-o", "pipefail", "-c", "a | b"]).unwrap();
        assert_eq!((found.index, found.text), (6, "a | b"));
        assert!(found.pipefail && found.errexit);
        let found = script(&["/bin/sh", "-ec", "x"]).unwrap();
        assert!(found.errexit && !found.pipefail && found.index == 2);
        let found = script(&["bash", "-euo", "pipefail", "-c", "x"]).unwrap();
        assert!(found.errexit && found.pipefail);
        assert_eq!(script(&["pg_dump", "-c", "x"]), None);
        assert_eq!(script(&["sh", "file.sh"]), None);
    }

    #[test]
    fn pipes_are_found_where_they_are_pipes() {
        assert_eq!(pipes("pg_dump x | gzip > y"), [(1, 11)]);
        assert_eq!(pipes("a\nb |\n c | d"), [(2, 3), (3, 4)]);
        for none in [
            "a || b",
            "echo 'a | b' \"c | d\"",
            "# a | b",
            "case $x in a|b) c ;; esac",
            "cat <<EOF\na | b\nEOF",
            "echo {{ .A | upper }}",
            "a >| b",
            "set -euo pipefail\na | b",
            "set -o pipefail; a | b",
            r"echo a \| b",
        ] {
            assert_eq!(pipes(none), [], "{none}");
        }
        assert_eq!(pipes("a | b\nset -o pipefail\nc | d"), [(1, 3)]);
    }

    #[test]
    fn a_script_that_goes_on_is_found() {
        assert_eq!(read("pg_dump x > y\nkando push y").goes_on, Some((1, 1)));
        for none in [
            "set -e\na\nb",
            "a && b",
            "a",
            "x=1\na",
            "set -o errexit\na\nb",
            "export A=b\nrun",
            "if a; then\n b\nfi",
        ] {
            assert_eq!(read(none).goes_on, None, "{none}");
        }
    }
}
