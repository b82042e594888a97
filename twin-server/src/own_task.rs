//! Work that goes on when its client has gone: what is stored must also be shown. Called by what keeps books.

/// Does work in a task of its own; gives `stopping` if the server ends before the work does.
pub(crate) async fn in_own_task<T, E>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
    stopping: E,
) -> Result<T, E>
where
    T: Send + 'static,
    E: Send + 'static,
{
    tokio::spawn(work).await.unwrap_or(Err(stopping))
}
