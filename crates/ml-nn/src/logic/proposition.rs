//! Propositions, and networks that compute them.

use std::{collections::BTreeSet, fmt, str::FromStr};

use ml_core::{Error, Result};

use super::{LogicNetwork, Neuron};

/// A proposition of names: `!a`, `a & b`, `a | b`, `a ^ b` (one of the two), in parentheses where needed; `!` binds most
/// closely, then `&`, `^`, `|`. Every proposition is computed by a [`LogicNetwork`].
///
/// # Examples
/// ```
/// use ml_nn::logic::Proposition;
///
/// let proposition: Proposition = "(a & !b) | (!a & b)".parse()?;
/// let (network, output) = proposition.network()?;
/// let table = network.truth_table(output)?;
/// assert_eq!(table.iter().map(|(_, on)| *on).collect::<Vec<_>>(), [false, true, true, false]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposition {
    /// What an input says.
    Name(String),
    /// Not so.
    Not(Box<Self>),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// One or both.
    Or(Box<Self>, Box<Self>),
    /// One, not both.
    Xor(Box<Self>, Box<Self>),
}

impl Proposition {
    /// Its names, in alphabetical order.
    pub fn names(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        self.collect(&mut names);
        names.into_iter().collect()
    }

    fn collect(&self, names: &mut BTreeSet<String>) {
        match self {
            Self::Name(name) => {
                names.insert(name.clone());
            }
            Self::Not(a) => a.collect(names),
            Self::And(a, b) | Self::Or(a, b) | Self::Xor(a, b) => {
                a.collect(names);
                b.collect(names);
            }
        }
    }

    /// Whether it is true, given the values of its names.
    ///
    /// # Errors
    /// Those of `value`.
    pub fn evaluate(&self, value: &impl Fn(&str) -> Result<bool>) -> Result<bool> {
        Ok(match self {
            Self::Name(name) => value(name)?,
            Self::Not(a) => !a.evaluate(value)?,
            Self::And(a, b) => a.evaluate(value)? & b.evaluate(value)?,
            Self::Or(a, b) => a.evaluate(value)? | b.evaluate(value)?,
            Self::Xor(a, b) => a.evaluate(value)? ^ b.evaluate(value)?,
        })
    }

    /// The network that computes it, whose inputs are its [names](Self::names), and the neuron that is on when it is true.
    ///
    /// # Errors
    /// None: every name is an input.
    pub fn network(&self) -> Result<(LogicNetwork, Neuron)> {
        let mut network = LogicNetwork::new(self.names());
        let output = self.add_to(&mut network)?;
        Ok((network, output))
    }

    fn add_to(&self, network: &mut LogicNetwork) -> Result<Neuron> {
        let mut both = |a: &Self, b: &Self, join: fn(&mut LogicNetwork, Neuron, Neuron) -> Neuron| {
            let (a, b) = (a.add_to(network)?, b.add_to(network)?);
            Ok(join(network, a, b))
        };
        match self {
            Self::Name(name) => network.input(name),
            Self::And(a, b) => both(a, b, LogicNetwork::and),
            Self::Or(a, b) => both(a, b, LogicNetwork::or),
            Self::Xor(a, b) => both(a, b, LogicNetwork::exclusive_or),
            Self::Not(a) => {
                let a = a.add_to(network)?;
                Ok(network.not(a))
            }
        }
    }
}

impl fmt::Display for Proposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Not(a) => write!(f, "!{a}"),
            Self::And(a, b) => write!(f, "({a} & {b})"),
            Self::Or(a, b) => write!(f, "({a} | {b})"),
            Self::Xor(a, b) => write!(f, "({a} ^ {b})"),
        }
    }
}

/// Parentheses and negations may be nested so deep, so that no text can exhaust the stack.
const DEEPEST: usize = 200;

impl FromStr for Proposition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
        };
        let parsed = parser.any_of(0)?;
        match parser.peek() {
            None => Ok(parsed),
            Some(_) => Err(parser.expected("an operator or the end")),
        }
    }
}

/// Reads a proposition from left to right.
struct Parser<'t> {
    text: &'t str,
    /// Byte that comes next.
    at: usize,
    depth: usize,
}

/// How two propositions are joined, the loosest first.
type Join = fn(Box<Proposition>, Box<Proposition>) -> Proposition;
const OPERATORS: [(char, Join); 3] = [
    ('|', Proposition::Or),
    ('^', Proposition::Xor),
    ('&', Proposition::And),
];

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        rest.trim_start().chars().next()
    }

    fn takes(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        self.at += if there { c.len_utf8() } else { 0 };
        there
    }

    /// Propositions joined by the operator of this level, or by those that bind more closely.
    fn any_of(&mut self, level: usize) -> Result<Proposition> {
        let Some(&(operator, join)) = OPERATORS.get(level) else {
            return self.one();
        };
        let mut left = self.any_of(level + 1)?;
        while self.takes(operator) {
            // A row of operators is as deep as it is long, once it is a tree.
            self.deeper()?;
            left = join(Box::new(left), Box::new(self.any_of(level + 1)?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Proposition> {
        if self.takes('!') {
            self.deeper()?;
            return Ok(Proposition::Not(Box::new(self.one()?)));
        }
        if self.takes('(') {
            self.deeper()?;
            let inner = self.any_of(0)?;
            return match self.takes(')') {
                true => Ok(inner),
                false => Err(self.expected("a closing parenthesis")),
            };
        }
        self.peek();
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(self.expected("a name, ! or an opening parenthesis"));
        }
        self.at += end;
        Ok(Proposition::Name(rest[..end].to_owned()))
    }

    fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        match self.depth <= DEEPEST {
            true => Ok(()),
            false => Err(self.expected("no more than 200 operators and parentheses")),
        }
    }

    fn expected(&self, what: &str) -> Error {
        Error::Parameter {
            name: "proposition".to_owned(),
            value: format!("{:?}", self.text),
            domain: format!("{what} at place {}", self.text[..self.at].chars().count() + 1),
        }
    }
}
