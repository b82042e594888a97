//! Models as text.
