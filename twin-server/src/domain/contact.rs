//! How people are reached: telephone numbers and the name to ask for. What someone typed comes in, a checked
//! [`Phone`] or [`Contact`] goes out, which prints itself masked whatever it is printed with. Called by the API and
//! by `contacts`, which alone sees them plain to encrypt, to look up and to send.

use std::fmt;

use super::audit::Digest;
use super::privacy::{Personal, mask};
use super::refusal::InChinese;

/// Longest text that is looked at as a number, in bytes.
pub const PHONE_LIMIT_BYTES: usize = 40;
/// Longest name of a contact, in characters.
pub const CONTACT_NAME_LIMIT: usize = 50;
/// What numbers without a country begin with.
const HOME: &str = "86";

/// A telephone number in the form of E.164: `+8613800005678`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// Why a text is no number. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// It has other characters, or digits in a number that no telephone has.
    #[error(
        "this is no telephone number\nhint: write 11 digits such as `13800005678`, or a number of another country with `+` and its code"
    )]
    Number,
    /// It cannot be sent a code.
    #[error("this is no number of a mobile telephone, and a code can only be sent to one")]
    NotMobile,
}

impl InChinese for PhoneError {
    fn zh(&self) -> String {
        let text = match self {
            Self::Number => {
                "这不是电话号码；请填写 11 位手机号，如 `13800005678`，其他国家和地区的号码以 `+` 和国际区号开头"
            }
            Self::NotMobile => "这不是手机号码，收不到验证码",
        };
        text.to_owned()
    }
}

impl Phone {
    /// Reads a number as people write it, with spaces, hyphens and brackets or without; one without a country is
    /// Chinese.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        if text.len() > PHONE_LIMIT_BYTES {
            return Err(PhoneError::Number);
        }
        let (is_foreign, digits) = digits_of(text).ok_or(PhoneError::Number)?;
        let digits = match (is_foreign, digits.strip_prefix("00"), digits.strip_prefix('0')) {
            (true, ..) => digits,
            (false, Some(rest), _) => rest.to_owned(),
            // The 0 before an area is for calls within the country.
            (false, None, Some(rest)) => format!("{HOME}{rest}"),
            (false, None, None) => format!("{HOME}{digits}"),
        };
        // E.164, section 6: up to 15 digits; no country begins with 0.
        let is_number = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
        let fits_home = digits.strip_prefix(HOME).is_none_or(|rest| is_mobile(rest) || is_landline(rest));
        if is_number && fits_home { Ok(Self(format!("+{digits}"))) } else { Err(PhoneError::Number) }
    }

    /// Reads a number that a code can be sent to. Of other countries any number may be one.
    ///
    /// # Errors
    /// If it is none.
    pub fn mobile(text: &str) -> Result<Self, PhoneError> {
        let phone = Self::parse(text)?;
        if phone.at_home().is_none_or(is_mobile) { Ok(phone) } else { Err(PhoneError::NotMobile) }
    }

    /// The number for whoever encrypts it, sends to it or may call it, and for nobody else.
    #[must_use]
    pub fn plain(&self) -> &str {
        &self.0
    }

    /// As others may see it: `+86 138****5678`. Stars do not tell how long it is.
    #[must_use]
    pub fn masked(&self) -> String {
        let last = |count: usize| self.0.get(self.0.len() - count..).unwrap_or_default();
        match self.at_home() {
            Some(rest) if is_mobile(rest) => {
                format!("+{HOME} {}****{}", rest.get(..3).unwrap_or_default(), last(4))
            }
            Some(_) => format!("+{HOME} ****{}", last(2)),
            None => format!("+****{}", last(2)),
        }
    }

    /// What follows the country, if that is ours.
    fn at_home(&self) -> Option<&str> {
        self.0.strip_prefix('+').and_then(|digits| digits.strip_prefix(HOME))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// The digits of a text, and whether it begins with `+`; nothing if there is anything else in it.
fn digits_of(text: &str) -> Option<(bool, String)> {
    let text = text.trim();
    let bare = text.strip_prefix(['+', '＋']);
    let mut digits = String::with_capacity(PHONE_LIMIT_BYTES);
    for c in bare.unwrap_or(text).chars() {
        match c {
            '0'..='9' => digits.push(c),
            // As Chinese keyboards write them.
            '０'..='９' => digits.push(char::from(b'0' + (c as u32 - '０' as u32) as u8)),
            ' ' | '-' | '(' | ')' | '（' | '）' | '\u{a0}' | '－' => {}
            _ => return None,
        }
    }
    Some((bare.is_some(), digits))
}

/// Whether it is a mobile number of China, without the country: 11 digits from 13 to 19.
fn is_mobile(rest: &str) -> bool {
    let [b'1', b'3'..=b'9', more @ ..] = rest.as_bytes() else { return false };
    more.len() == 9
}

/// Whether it is an area of China with a number in it, without the country and the 0.
fn is_landline(rest: &str) -> bool {
    match rest.as_bytes() {
        [b'1', b'0', more @ ..] | [b'2', _, more @ ..] => more.len() == 8,
        [b'3'..=b'9', _, _, more @ ..] => matches!(more.len(), 7 | 8),
        _ => false,
    }
}

/// Whom to call about a report that was made for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The name to ask for.
    pub name: Personal,
    /// The number.
    pub phone: Phone,
}

/// A contact as those may see it who work on the report: enough to know it again, not enough to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedContact {
    /// Such as `王**`.
    pub name: String,
    /// Such as `+86 138****5678`.
    pub phone: String,
}

/// Why something is no contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// The name.
    #[error("the name of a contact has 1 to {CONTACT_NAME_LIMIT} characters, not {0}")]
    Name(usize),
    /// The name has characters that nobody is called by.
    #[error("the name of a contact has a control character")]
    NameCharacter,
    /// The number.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl InChinese for ContactError {
    fn zh(&self) -> String {
        match self {
            Self::Name(chars) => format!("联系人姓名应为 1 到 {CONTACT_NAME_LIMIT} 个字，现为 {chars} 个字"),
            Self::NameCharacter => "联系人姓名中有控制字符".to_owned(),
            Self::Phone(error) => error.zh(),
        }
    }
}

impl Contact {
    /// A contact as someone typed it.
    ///
    /// # Errors
    /// If name or number cannot be.
    pub fn parse(name: &Personal, phone: &Personal) -> Result<Self, ContactError> {
        let name = name.for_store().trim();
        let chars = name.chars().count();
        if !(1..=CONTACT_NAME_LIMIT).contains(&chars) {
            return Err(ContactError::Name(chars));
        }
        if name.chars().any(char::is_control) {
            return Err(ContactError::NameCharacter);
        }
        Ok(Self { name: Personal::new(name), phone: Phone::parse(phone.for_store())? })
    }

    /// Name and number for whoever must call, once that they looked is in the audit log.
    #[must_use]
    pub fn whole(&self) -> (&str, &str) {
        (self.name.for_store(), self.phone.plain())
    }

    /// As those see it who need not call.
    #[must_use]
    pub fn masked(&self) -> MaskedContact {
        MaskedContact { name: mask(self.name.for_store()), phone: self.phone.masked() }
    }
}

/// A text that only a holder of the key can read, with the key's id, so that keys can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key.
    pub key: String,
    /// Nonce, text and proof.
    pub data: Vec<u8>,
}

/// What a sealed text is about: it cannot be read as another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactRow {
    /// The number of a user, by id.
    User(String),
    /// Whom to call about a report, by number.
    Report(u64),
}

impl fmt::Display for ContactRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Report(id) => write!(f, "report:{id}"),
        }
    }
}

/// A user's number on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPhone {
    /// What it is found by, under each key that is read, first the one that is kept: no two users have one number.
    pub marks: Vec<Digest>,
    /// The number.
    pub sealed: Sealed,
}

/// What a code was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePurpose<'a> {
    /// To sign in.
    SignIn,
    /// To attach a number to this user.
    Attach(&'a str),
}

impl fmt::Display for CodePurpose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str("sign-in"),
            Self::Attach(user) => write!(f, "attach:{user}"),
        }
    }
}

/// How many codes may be tried for one that was sent.
pub const CODE_TRIES: u32 = 5;
/// How long a code holds.
pub const CODE_FOR: time::Duration = time::Duration::minutes(5);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Phone::parse(text).ok().as_ref().map(Phone::plain), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for mobile in ["13800005678", " 138 0000 5678", "138-0000-5678", "+86 13800005678", "008613800005678"]
        {
            check(mobile, Some("+8613800005678"));
        }
        check("＋８６（138）0000－5678", Some("+8613800005678"));
        check("010-12345678", Some("+861012345678"));
        check("(0755) 1234 5678", Some("+8675512345678"));
        check("+44 20 7946 0958", Some("+442079460958"));
        for none in [
            "",
            "+",
            "1380000567",
            "138000056789",
            "12800005678",
            "13800005678x",
            "+8612345",
            "+0123456789",
            "+1234567890123456",
            "1+3800005678",
            "138\n00005678",
            "一三八",
        ] {
            check(none, None);
        }
        check(&"1".repeat(PHONE_LIMIT_BYTES + 1), None);
    }

    #[test]
    fn a_code_is_sent_to_mobile_telephones_alone() {
        assert_eq!(Phone::mobile("010-12345678"), Err(PhoneError::NotMobile));
        assert!(Phone::mobile("13800005678").is_ok() && Phone::mobile("+1 202 555 0143").is_ok());
    }

    #[test]
    fn what_is_printed_is_masked() {
        let phone = Phone::parse("13800005678").unwrap();
        assert_eq!(
            (phone.masked().as_str(), format!("{phone:?}").as_str()),
            ("+86 138****5678", "Phone(+86 138****5678)",)
        );
        assert_eq!(Phone::parse("010-12345678").unwrap().masked(), "+86 ****78");
        assert_eq!(Phone::parse("+44 20 7946 0958").unwrap().masked(), "+****58");
        let contact = Contact::parse(&Personal::new(" 王建国 "), &Personal::new("13800005678")).unwrap();
        let shown = format!("{contact:?} {:?}", contact.masked());
        assert!(!shown.contains("建国") && !shown.contains("00005678"), "{shown}");
        assert_eq!(contact.masked().name, "王**");
    }

    #[test]
    fn a_contact_has_a_name_that_can_be_asked_for() {
        let of = |name: &str| Contact::parse(&Personal::new(name), &Personal::new("13800005678"));
        assert!(of("王").is_ok());
        assert_eq!(of("  "), Err(ContactError::Name(0)));
        assert_eq!(of(&"长".repeat(51)), Err(ContactError::Name(51)));
        assert_eq!(of("a\nb"), Err(ContactError::NameCharacter));
    }

    proptest! {
        /// Whatever is typed: no panic, and what is read reads as itself.
        #[test]
        fn a_number_that_was_read_is_read_again_as_the_same(text in "[-+ ()0-9０-９x]{0,24}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.plain()), Ok(phone.clone()));
                prop_assert!(phone.plain().len() <= 16 && !phone.masked().contains(phone.plain()));
            }
        }

        /// A mask leaves at most seven digits behind the country.
        #[test]
        fn a_mask_hides_most_of_any_number(rest in "1[3-9][0-9]{9}") {
            let masked = Phone::parse(&rest).unwrap().masked();
            prop_assert_eq!(masked.chars().filter(char::is_ascii_digit).count(), 2 + 7);
        }
    }
}
