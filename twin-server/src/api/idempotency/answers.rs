//! The answers that were given under a key, within bounds of number, bytes and age.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

/// A SHA-256.
pub(super) type Digest256 = [u8; 32];

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Largest body of an answer that is kept.
pub(super) const MOST_ANSWER_BYTES: usize = 64 * 1024;
/// Most keys, answered and running.
const MOST_KEYS: usize = 20_000;
/// Most bytes of bodies together.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// An answer of before.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What there was under a key.
#[derive(Debug)]
pub(super) enum Before {
    /// Nothing; the key is now the caller's.
    Nothing(Claim),
    /// The same request, which is still being done.
    Running,
    /// The same request, with this answer.
    Answered(Arc<Answer>),
    /// Another request.
    OtherContent,
}

/// The answers by key.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<Digest256, Entry>,
    /// The keys in the order in which they came, with the number that tells a key from its successor.
    order: VecDeque<(Digest256, u64)>,
    count: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    content: Digest256,
    came: Instant,
    answer: Option<Arc<Answer>>,
}

/// A key whose request is being done. When this is dropped without an answer, the key is free again:
/// also if the client left meanwhile.
#[derive(Debug)]
pub(super) struct Claim {
    answers: Arc<Answers>,
    name: Digest256,
    number: u64,
    done: bool,
}

impl Answers {
    /// Looks a key up and takes it if it is free.
    pub(super) fn claim(self: &Arc<Self>, name: Digest256, content: Digest256, now: Instant) -> Before {
        let mut inner = self.lock();
        inner.make_room(now);
        match inner.entries.get(&name) {
            Some(entry) if entry.content != content => Before::OtherContent,
            Some(Entry { answer: Some(answer), .. }) => Before::Answered(Arc::clone(answer)),
            Some(_) => Before::Running,
            None => {
                inner.count += 1;
                let number = inner.count;
                inner.entries.insert(name, Entry { number, content, came: now, answer: None });
                inner.order.push_back((name, number));
                Before::Nothing(Claim { answers: Arc::clone(self), name, number, done: false })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Drops what is too old, and the oldest of what is too much.
    fn make_room(&mut self, now: Instant) {
        while let Some((name, number)) = self.order.front().copied() {
            let entry = self.entries.get(&name).filter(|entry| entry.number == number);
            let old = entry.is_none_or(|entry| now.duration_since(entry.came) >= KEPT);
            if !old && self.order.len() < MOST_KEYS && self.bytes <= MOST_BYTES {
                return;
            }
            self.order.pop_front();
            self.forget(&name, number);
        }
    }

    fn forget(&mut self, name: &Digest256, number: u64) {
        if self.entries.get(name).is_some_and(|entry| entry.number == number)
            && let Some(Entry { answer: Some(answer), .. }) = self.entries.remove(name)
        {
            self.bytes -= answer.body.len();
        }
    }
}

impl Claim {
    /// Keeps the answer.
    pub(super) fn answered(mut self, answer: Answer) {
        self.done = true;
        let mut inner = self.answers.lock();
        let Inner { entries, bytes, .. } = &mut *inner;
        if let Some(entry) = entries.get_mut(&self.name).filter(|entry| entry.number == self.number) {
            *bytes += answer.body.len();
            entry.answer = Some(Arc::new(answer));
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.done {
            self.answers.lock().forget(&self.name, self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u32) -> Digest256 {
        let mut name = [0; 32];
        name[..4].copy_from_slice(&number.to_be_bytes());
        name
    }

    fn take(answers: &Arc<Answers>, number: u32, now: Instant) -> Claim {
        match answers.claim(name(number), [0; 32], now) {
            Before::Nothing(claim) => claim,
            other => panic!("{other:?}"),
        }
    }

    fn answer(size: usize) -> Answer {
        Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: vec![b'x'; size].into() }
    }

    #[test]
    fn a_key_is_running_then_answered_and_free_again_after_a_day() {
        let (answers, now) = (Arc::new(Answers::default()), Instant::now());
        let claim = take(&answers, 1, now);
        assert!(matches!(answers.claim(name(1), [0; 32], now), Before::Running));
        claim.answered(answer(3));
        assert!(matches!(answers.claim(name(1), [0; 32], now), Before::Answered(a) if a.body == "xxx"));
        assert!(matches!(answers.claim(name(1), [9; 32], now), Before::OtherContent));
        take(&answers, 1, now + KEPT);
    }

    #[test]
    fn a_request_that_was_given_up_frees_its_key() {
        let (answers, now) = (Arc::new(Answers::default()), Instant::now());
        drop(take(&answers, 1, now));
        take(&answers, 1, now).answered(answer(1));
        assert!(matches!(answers.claim(name(1), [0; 32], now), Before::Answered(_)));
    }

    #[test]
    fn memory_stays_bounded_and_the_oldest_answers_go_first() {
        let (answers, now) = (Arc::new(Answers::default()), Instant::now());
        for number in 0..400 {
            take(&answers, number, now).answered(answer(MOST_ANSWER_BYTES));
        }
        assert!(answers.lock().bytes <= MOST_BYTES + MOST_ANSWER_BYTES);
        assert!(matches!(answers.claim(name(399), [0; 32], now), Before::Answered(_)));
        drop(take(&answers, 0, now));
        for number in 1_000..1_000 + 2 * MOST_KEYS as u32 {
            // Claims that are never answered are bounded, too.
            std::mem::forget(take(&answers, number, now));
        }
        let inner = answers.lock();
        assert!(inner.entries.len() <= MOST_KEYS && inner.order.len() <= MOST_KEYS);
        assert_eq!(inner.bytes, 0);
    }
}
