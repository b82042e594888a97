//! Long work on a thread that may wait, in a room that bounds how much of it goes on at once. Called by the
//! handlers whose questions take the processor for a while.

use axum::http::StatusCode;

use super::Problem;

/// Does work beside the requests and holds its room until the work has ended: also when whoever asked has gone, for
/// the work goes on.
///
/// # Errors
/// If the work fails in a way that nobody foresaw.
pub(crate) async fn work_in<T: Send + 'static>(
    room: impl Send + 'static,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || {
        let _room = room;
        work()
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "what was asked for could not be given");
        Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn work_keeps_its_room_though_nobody_waits_for_it_any_more() {
        let rooms = Arc::new(Semaphore::new(1));
        let room = Arc::clone(&rooms).acquire_owned().await.unwrap();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ends) = mpsc::channel::<()>();
        let asking = tokio::spawn(work_in(room, move || {
            begun.send(()).unwrap();
            ends.recv().unwrap();
        }));
        begins.await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        assert_eq!(rooms.available_permits(), 0);
        end.send(()).unwrap();
        drop(rooms.acquire().await.unwrap());
    }

    #[tokio::test]
    async fn work_that_fails_gives_its_room_back() {
        let rooms = Arc::new(Semaphore::new(1));
        let room = Arc::clone(&rooms).acquire_owned().await.unwrap();
        assert!(work_in(room, || -> () { panic!("broken") }).await.is_err());
        assert_eq!(rooms.available_permits(), 1);
    }
}
