//! cql2-text: a text comes in, an expression goes out. Called by `parse`.
//!
//! Recursive descent over the grammar of CQL2 annex B, one word ahead and never back, so that the
//! time is in proportion to the length. Precedence from loosest: OR, AND, NOT, predicates, `+ -`,
//! `* / % DIV`, `^`, sign.
//!
//! The annex has two ways to write a quote in a text, `''` and `\'`, and a backslash is a character like any other,
//! so that `'a\'` may end there or go on. A filter is read with doubled quotes alone, which most programs write; one
//! that makes no sense so is read once more, with `\'` as a quote.

use super::expr::{Comparison, Expr, MathOp, Op};
use super::lexer::{Lexer, Token, Word};
use super::span::Span;
use super::wkt::{self, Kind};
use super::{Budget, FilterError};

pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let plain = read(Lexer::new(text));
    if matches!(plain, Err(FilterError::Syntax { .. })) && text.contains("\\'") {
        return read(Lexer::with_backslashes(text)).or(plain);
    }
    plain
}

fn read(mut lexer: Lexer<'_>) -> Result<Expr, FilterError> {
    let next = lexer.next()?;
    let mut reader = Reader { lexer, next, budget: Budget::default() };
    let expr = reader.alternatives()?;
    match reader.next.word {
        Word::End => Ok(expr),
        _ => Err(reader.error("an operator or the end is expected")),
    }
}

/// Reads words; `next` is the one that stands next.
pub(super) struct Reader<'t> {
    lexer: Lexer<'t>,
    pub(super) next: Token,
    budget: Budget,
}

impl Reader<'_> {
    /// `a OR b OR …`
    fn alternatives(&mut self) -> Result<Expr, FilterError> {
        self.chain("OR", Op::Or, Self::conjunction)
    }

    /// `a AND b AND …`
    fn conjunction(&mut self) -> Result<Expr, FilterError> {
        self.chain("AND", Op::And, Self::negation)
    }

    fn chain(
        &mut self,
        keyword: &str,
        op: Op,
        part: fn(&mut Self) -> Result<Expr, FilterError>,
    ) -> Result<Expr, FilterError> {
        let first = part(self)?;
        if !self.is_keyword(keyword) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take_keyword(keyword)? {
            operands.push(part(self)?);
        }
        Ok(Expr::Call(op, operands))
    }

    /// `NOT a`
    fn negation(&mut self) -> Result<Expr, FilterError> {
        if !self.take_keyword("NOT")? {
            return self.predicate();
        }
        self.budget.enter()?;
        let operand = self.negation()?;
        self.budget.leave();
        Ok(negated(operand))
    }

    /// `a = b`, `a BETWEEN b AND c`, `a IN (…)`, `a LIKE b`, `a IS NULL`, or a value alone.
    fn predicate(&mut self) -> Result<Expr, FilterError> {
        let left = self.sum()?;
        if let Word::Sign(sign) = self.next.word
            && let Some(comparison) = comparison(sign)
        {
            self.advance()?;
            return Ok(Expr::Call(Op::Compare(comparison), vec![left, self.sum()?]));
        }
        if self.take_keyword("IS")? {
            let not = self.take_keyword("NOT")?;
            self.expect_keyword("NULL")?;
            return Ok(negated_if(not, Expr::Call(Op::IsNull, vec![left])));
        }
        let not = self.take_keyword("NOT")?;
        let found = if self.take_keyword("BETWEEN")? {
            let from = self.sum()?;
            self.expect_keyword("AND")?;
            Expr::Call(Op::Between, vec![left, from, self.sum()?])
        } else if self.take_keyword("IN")? {
            self.list(left)?
        } else if self.take_keyword("LIKE")? {
            Expr::Call(Op::Like, vec![left, self.sum()?])
        } else if self.take_keyword("ILIKE")? {
            let right = self.sum()?;
            let lower = |operand| Expr::Call(Op::Casei, vec![operand]);
            Expr::Call(Op::Like, vec![lower(left), lower(right)])
        } else if not {
            return Err(self.error("`BETWEEN`, `IN` or `LIKE` is expected after `NOT`"));
        } else {
            return Ok(left);
        };
        Ok(negated_if(not, found))
    }

    /// `(a, b, …)` behind `IN`.
    fn list(&mut self, value: Expr) -> Result<Expr, FilterError> {
        self.expect("(")?;
        let mut operands = vec![value, self.sum()?];
        while self.take(",")? {
            operands.push(self.sum()?);
        }
        self.expect(")")?;
        Ok(Expr::Call(Op::In, operands))
    }

    fn sum(&mut self) -> Result<Expr, FilterError> {
        let mut left = self.product()?;
        loop {
            let op = match self.next.word {
                Word::Sign("+") => MathOp::Add,
                Word::Sign("-") => MathOp::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Call(Op::Math(op), vec![left, self.product()?]);
        }
    }

    fn product(&mut self) -> Result<Expr, FilterError> {
        let mut left = self.power()?;
        loop {
            let op = match self.next.word {
                Word::Sign("*") => MathOp::Multiply,
                Word::Sign("/") => MathOp::Divide,
                Word::Sign("%") => MathOp::Remainder,
                _ if self.is_keyword("DIV") => MathOp::Quotient,
                _ => return Ok(left),
            };
            self.advance()?;
            left = Expr::Call(Op::Math(op), vec![left, self.power()?]);
        }
    }

    fn power(&mut self) -> Result<Expr, FilterError> {
        let mut left = self.signed()?;
        while self.take("^")? {
            left = Expr::Call(Op::Math(MathOp::Power), vec![left, self.signed()?]);
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Expr, FilterError> {
        if !self.take("-")? {
            // A sign that changes nothing, as in `+5`.
            self.take("+")?;
            return self.operand();
        }
        self.budget.enter()?;
        let operand = self.signed()?;
        self.budget.leave();
        Ok(match operand {
            Expr::Number(number) => Expr::Number(-number),
            other => Expr::Call(Op::Math(MathOp::Subtract), vec![Expr::Number(0.0), other]),
        })
    }

    /// A literal, a property, a function, or something in parentheses.
    fn operand(&mut self) -> Result<Expr, FilterError> {
        match self.next.word.clone() {
            Word::Sign("(") => {
                self.advance()?;
                self.budget.enter()?;
                let inner = self.alternatives()?;
                self.budget.leave();
                self.expect(")")?;
                Ok(inner)
            }
            Word::Number(number) => self.leaf(Expr::Number(number)),
            Word::Text(text) => self.leaf(Expr::Text(text)),
            Word::Quoted(name) => self.leaf(Expr::Property(name)),
            Word::Name(name) => self.named(name),
            Word::Sign(_) | Word::End => {
                Err(self.error("a property, a literal or a parenthesis is expected"))
            }
        }
    }

    fn leaf(&mut self, expr: Expr) -> Result<Expr, FilterError> {
        self.budget.term()?;
        self.advance()?;
        Ok(expr)
    }

    fn named(&mut self, name: String) -> Result<Expr, FilterError> {
        let upper = name.to_uppercase();
        match upper.as_str() {
            "TRUE" => return self.leaf(Expr::Bool(true)),
            "FALSE" => return self.leaf(Expr::Bool(false)),
            "NULL" => return Err(self.error("compare with nothing by `IS NULL`")),
            "AND" | "OR" | "NOT" | "BETWEEN" | "IN" | "LIKE" | "ILIKE" | "IS" | "DIV" => {
                return Err(self.error(format!(
                    "`{name}` is a keyword; write a property of that name in double quotes"
                )));
            }
            _ => {}
        }
        let start = self.next.start;
        self.budget.term()?;
        self.advance()?;
        if let Some(kind) = Kind::of(&upper)
            && (self.next.word == Word::Sign("(") || wkt::is_marker(&self.next.word))
        {
            return wkt::geometry(self, kind).map(Expr::Geometry);
        }
        if self.next.word != Word::Sign("(") {
            return Ok(Expr::Property(name));
        }
        self.advance()?;
        match upper.as_str() {
            "DATE" | "TIMESTAMP" => {
                let text = self.text()?;
                self.expect(")")?;
                let span = if upper == "DATE" { Span::date(&text) } else { Span::instant(&text) };
                span.map(Expr::Time).map_err(|error| self.error_at(start, error.to_string()))
            }
            "INTERVAL" => {
                let from = self.bound()?;
                self.expect(",")?;
                let to = self.bound()?;
                self.expect(")")?;
                Ok(Expr::Interval(from, to))
            }
            "BBOX" => {
                let mut numbers = vec![self.number()?];
                while self.take(",")? {
                    self.budget.term()?;
                    numbers.push(self.number()?);
                }
                self.expect(")")?;
                wkt::bbox(&numbers).map(Expr::Geometry).map_err(|problem| self.error_at(start, problem))
            }
            _ => self.function(&name, start),
        }
    }

    fn function(&mut self, name: &str, start: usize) -> Result<Expr, FilterError> {
        let Some(op) = Op::of_function(&name.to_ascii_lowercase()) else {
            let name: String = name.chars().take(60).collect();
            return Err(self.error_at(start, format!("there is no function `{name}`")));
        };
        self.budget.enter()?;
        let mut operands = vec![self.alternatives()?];
        while self.take(",")? {
            operands.push(self.alternatives()?);
        }
        self.budget.leave();
        self.expect(")")?;
        let (fewest, most) = op.operands();
        if !(fewest..=most).contains(&operands.len()) {
            let problem = format!("`{name}` takes {fewest} operands, not {}", operands.len());
            return Err(self.error_at(start, problem));
        }
        Ok(Expr::Call(op, operands))
    }

    /// An end of an interval: `'..'`, an instant or date as text, or a property.
    fn bound(&mut self) -> Result<Option<Box<Expr>>, FilterError> {
        self.budget.enter()?;
        let at = self.next.start;
        let bound = match self.operand()? {
            Expr::Text(text) if text == ".." => None,
            Expr::Text(text) => {
                let span = Span::parse(&text).map_err(|error| self.error_at(at, error.to_string()))?;
                Some(Box::new(Expr::Time(span)))
            }
            other => Some(Box::new(other)),
        };
        self.budget.leave();
        Ok(bound)
    }

    fn text(&mut self) -> Result<String, FilterError> {
        let Word::Text(text) = &mut self.next.word else {
            return Err(self.error("a text in `'` is expected"));
        };
        let text = std::mem::take(text);
        self.advance()?;
        Ok(text)
    }

    /// A number with its sign, as in coordinates.
    pub(super) fn number(&mut self) -> Result<f64, FilterError> {
        let negative = self.take("-")?;
        if !negative {
            self.take("+")?;
        }
        let Word::Number(number) = self.next.word else { return Err(self.error("a number is expected")) };
        self.advance()?;
        Ok(if negative { -number } else { number })
    }

    pub(super) fn advance(&mut self) -> Result<(), FilterError> {
        self.next = self.lexer.next()?;
        Ok(())
    }

    /// Takes a sign if it stands next.
    pub(super) fn take(&mut self, sign: &str) -> Result<bool, FilterError> {
        let is_next = matches!(&self.next.word, Word::Sign(next) if *next == sign);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), FilterError> {
        if self.take(sign)? { Ok(()) } else { Err(self.error(format!("`{sign}` is expected"))) }
    }

    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(&self.next.word, Word::Name(name) if name.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> Result<bool, FilterError> {
        let is_next = self.is_keyword(keyword);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<(), FilterError> {
        if self.take_keyword(keyword)? { Ok(()) } else { Err(self.error(format!("`{keyword}` is expected"))) }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> FilterError {
        self.error_at(self.next.start, problem)
    }

    pub(super) fn error_at(&self, start: usize, problem: impl Into<String>) -> FilterError {
        self.lexer.error(start, problem)
    }
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "=" => Comparison::Equal,
        "<>" | "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::Greater,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}

fn negated(operand: Expr) -> Expr {
    Expr::Call(Op::Not, vec![operand])
}

fn negated_if(not: bool, operand: Expr) -> Expr {
    if not { negated(operand) } else { operand }
}
