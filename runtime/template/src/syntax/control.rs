//! Text, actions and the control structures.

use super::ast::{Branch, Node};
use super::command::span;
use super::parser::{Parsed, Parser};
use super::token::{Keyword, Kind};

/// What stands between two delimiters: a node, or the end of a list of nodes.
pub(super) enum Item {
    Node(Node),
    End,
    Else,
}

impl Item {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Item::Node(_) => "node",
            Item::End => "{{end}}",
            Item::Else => "{{else}}",
        }
    }
}

impl Parser<'_> {
    pub(super) fn item_list(&mut self) -> Parsed<(Vec<Node>, Item)> {
        let mut nodes = Vec::new();
        while self.peek_solid().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                end => return Ok((nodes, end)),
            }
        }
        self.error("unexpected EOF")
    }

    pub(super) fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next_solid();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(span(token)))),
            Kind::LeftDelim => {
                self.action = Some(token.at);
                let item = self.action()?;
                self.action = None;
                Ok(item)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    fn action(&mut self) -> Parsed<Item> {
        let token = self.next_solid();
        let node = match token.kind {
            Kind::Keyword(Keyword::Block) => self.block()?,
            Kind::Keyword(word @ (Keyword::Break | Keyword::Continue)) => self.jump(word)?,
            Kind::Keyword(Keyword::Else) => return self.otherwise(),
            Kind::Keyword(Keyword::End) => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Item::End);
            }
            Kind::Keyword(word @ (Keyword::If | Keyword::Range | Keyword::With)) => {
                self.nested(|parser| parser.control(word))?
            }
            Kind::Keyword(Keyword::Template) => self.template()?,
            _ => {
                self.back(token);
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, word: Keyword) -> Parsed<Node> {
        let name = word.word();
        let token = self.next_solid();
        if token.kind != Kind::RightDelim {
            return self.unexpected(token, &format!("{{{{{name}}}}}"));
        }
        if self.scope.ranges == 0 {
            return self.error(format!("{{{{{name}}}}} outside {{{{range}}}}"));
        }
        Ok(if word == Keyword::Break {
            Node::Break
        } else {
            Node::Continue
        })
    }

    /// `else`; of `else if` and `else with` the second word is left to be read.
    fn otherwise(&mut self) -> Parsed<Item> {
        let token = self.peek_solid();
        if !matches!(token.kind, Kind::Keyword(Keyword::If | Keyword::With)) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Item::Else)
    }

    fn control(&mut self, word: Keyword) -> Parsed<Node> {
        let visible = self.scope.variables.len();
        let at = self.peek_solid().at;
        let pipe = self.pipeline(word.word(), Kind::RightDelim)?;
        let loops = u32::from(word == Keyword::Range);
        self.scope.ranges += loops;
        let (body, end) = self.item_list()?;
        self.scope.ranges -= loops;
        let mut otherwise = None;
        if matches!(end, Item::Else) {
            otherwise = Some(self.else_branch(word)?);
        }
        self.scope.variables.truncate(visible);
        let branch = Box::new(Branch {
            at,
            pipe,
            body,
            otherwise,
        });
        Ok(match word {
            Keyword::If => Node::If(branch),
            Keyword::With => Node::With(branch),
            _ => Node::Range(branch),
        })
    }

    fn else_branch(&mut self, word: Keyword) -> Parsed<Vec<Node>> {
        let token = self.peek();
        if word != Keyword::Range && token.kind == Kind::Keyword(word) {
            // `else if` shares the `end` of its `if`.
            self.next();
            return Ok(vec![self.nested(|parser| parser.control(word))?]);
        }
        let (nodes, end) = self.item_list()?;
        match end {
            Item::End => Ok(nodes),
            other => self.error(format!("expected end; found {}", other.word())),
        }
    }

    fn block(&mut self) -> Parsed<Node> {
        let context = "block clause";
        let token = self.next_solid();
        let name = self.template_name(token, context)?;
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        self.body_of(name.clone(), context)?;
        Ok(Node::Template {
            at: token.at,
            name,
            pipe: Some(pipe),
        })
    }

    fn template(&mut self) -> Parsed<Node> {
        let context = "template clause";
        let token = self.next_solid();
        let name = self.template_name(token, context)?;
        let next = self.next_solid();
        let pipe = if next.kind == Kind::RightDelim {
            None
        } else {
            self.back(next);
            Some(self.pipeline(context, Kind::RightDelim)?)
        };
        Ok(Node::Template {
            at: token.at,
            name,
            pipe,
        })
    }
}
