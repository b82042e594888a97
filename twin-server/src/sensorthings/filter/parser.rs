//! Tokens to an expression, by the precedence of `OData` (Part 2, 5.1.1.16): `not` over the whole comparison
//! that follows, then `mul div mod`, `add sub`, comparisons, `and`, `or`.

use super::lexer::{Token, short, tokens};
use super::value::Value;
use super::{Arithmetic, BYTES_MOST, Comparison, DEPTH_MOST, Expr, FilterError, Function, TERMS_MOST};

/// Reads a condition.
pub(super) fn filter(text: &str) -> Result<Expr, FilterError> {
    let expr = value(text)?;
    condition(&expr)?;
    Ok(expr)
}

/// Reads any expression.
pub(super) fn value(text: &str) -> Result<Expr, FilterError> {
    if text.len() > BYTES_MOST {
        return Err(FilterError::TooLong { length: text.len() });
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, terms: 0, depth: 0 };
    let expr = parser.or()?;
    if parser.at < parser.tokens.len() {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(expr)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    terms: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    /// Takes the next token if it is this word.
    fn takes(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token, expected: &'static str) -> Result<(), FilterError> {
        if self.peek() != Some(token) {
            return Err(self.unexpected(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn unexpected(&self, expected: &'static str) -> FilterError {
        let (position, found) = if let Some((position, token)) = self.tokens.get(self.at) {
            (*position, token.shown())
        } else {
            let last = self.tokens.last();
            (last.map_or(0, |(position, token)| position + token.shown().len() - 2), "the end".into())
        };
        FilterError::Syntax { position, expected, found }
    }

    fn term(&mut self) -> Result<(), FilterError> {
        self.terms += 1;
        if self.terms > TERMS_MOST { Err(FilterError::TooManyTerms) } else { Ok(()) }
    }

    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        self.depth += 1;
        if self.depth > DEPTH_MOST {
            return Err(FilterError::TooDeep);
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Result<Expr, FilterError> {
        let mut all = vec![self.and()?];
        while self.takes("or") {
            all.push(self.and()?);
        }
        joined(all, Expr::Or)
    }

    fn and(&mut self) -> Result<Expr, FilterError> {
        let mut all = vec![self.negation()?];
        while self.takes("and") {
            all.push(self.negation()?);
        }
        joined(all, Expr::And)
    }

    fn negation(&mut self) -> Result<Expr, FilterError> {
        if !self.takes("not") {
            return self.comparison();
        }
        let inner = self.nested(Self::negation)?;
        condition(&inner)?;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn comparison(&mut self) -> Result<Expr, FilterError> {
        const ALL: [Comparison; 6] =
            [Comparison::Eq, Comparison::Ne, Comparison::Lt, Comparison::Le, Comparison::Gt, Comparison::Ge];
        let mut left = self.sum()?;
        while let Some(how) = ALL.into_iter().find(|how| self.takes(how.word())) {
            let right = self.sum()?;
            left = Expr::Compare(how, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expr, FilterError> {
        let mut left = self.product()?;
        while let Some(how) =
            [Arithmetic::Add, Arithmetic::Sub].into_iter().find(|how| self.takes(how.word()))
        {
            let right = self.product()?;
            left = Expr::Reckon(how, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, FilterError> {
        const ALL: [Arithmetic; 3] = [Arithmetic::Mul, Arithmetic::Div, Arithmetic::Mod];
        let mut left = self.primary()?;
        while let Some(how) = ALL.into_iter().find(|how| self.takes(how.word())) {
            let right = self.primary()?;
            left = Expr::Reckon(how, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<Expr, FilterError> {
        const EXPECTED: &str = "a value, a property or a function";
        self.term()?;
        match self.peek() {
            Some(Token::Open) => {
                self.at += 1;
                let inner = self.nested(Self::or)?;
                self.expect(&Token::Close, "`)`")?;
                Ok(inner)
            }
            Some(Token::Literal(value)) => {
                let value = value.clone();
                self.at += 1;
                Ok(Expr::Literal(value))
            }
            Some(Token::Word(word)) if is_operator(word) => Err(self.unexpected(EXPECTED)),
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.at += 1;
                if self.peek() == Some(&Token::Open) { self.call(&word) } else { self.path(&word) }
            }
            _ => Err(self.unexpected(EXPECTED)),
        }
    }

    fn call(&mut self, name: &str) -> Result<Expr, FilterError> {
        let function = Function::of(name).ok_or_else(|| FilterError::Function(short(name)))?;
        self.at += 1;
        let arguments = self.nested(|parser| {
            let mut arguments = Vec::new();
            if parser.peek() != Some(&Token::Close) {
                arguments.push(parser.or()?);
            }
            while parser.peek() == Some(&Token::Comma) {
                parser.at += 1;
                arguments.push(parser.or()?);
            }
            Ok(arguments)
        })?;
        self.expect(&Token::Close, "`,` or `)`")?;
        function.check(&arguments)?;
        Ok(Expr::Call(function, arguments))
    }

    fn path(&self, word: &str) -> Result<Expr, FilterError> {
        let parts: Vec<String> = word.split('/').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            let position = self.tokens.get(self.at - 1).map_or(0, |(position, _)| *position);
            return Err(FilterError::Literal { position, what: "a property path", text: short(word) });
        }
        Ok(Expr::Path(parts))
    }
}

fn joined(mut all: Vec<Expr>, by: impl FnOnce(Vec<Expr>) -> Expr) -> Result<Expr, FilterError> {
    if all.len() == 1 {
        return Ok(all.pop().unwrap_or(Expr::Literal(Value::Null)));
    }
    all.iter().try_for_each(condition)?;
    Ok(by(all))
}

/// Refuses what is certainly no condition. A property may be one.
fn condition(expr: &Expr) -> Result<(), FilterError> {
    let may_be = match expr {
        Expr::Literal(value) => matches!(value, Value::Bool(_) | Value::Null),
        Expr::Reckon(..) => false,
        Expr::Call(function, _) => function.is_condition(),
        _ => true,
    };
    if may_be { Ok(()) } else { Err(FilterError::NotACondition(short(&expr.to_string()))) }
}

fn is_operator(word: &str) -> bool {
    const WORDS: [&str; 14] =
        ["and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "div", "mod"];
    WORDS.contains(&word)
}
