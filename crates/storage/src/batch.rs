//! Group commit: many callers' writes in one transaction.
//!
//! A durable commit costs milliseconds whatever it holds. Callers hand over their work and wait; one
//! task gathers what has come (up to a number of rows or a short time) and does it in one go.

use std::{future::Future, time::Duration};

use tokio::sync::{mpsc, oneshot};

/// How much is gathered before a commit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows after which a batch is closed.
    pub rows: usize,
    /// How long the first caller waits for company.
    pub wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 500,
            wait: Duration::from_millis(5),
        }
    }
}

/// Takes work from many callers and hands it to one function in batches.
pub struct Batcher<Req, Res> {
    queue: mpsc::Sender<(Req, usize, oneshot::Sender<Res>)>,
}

impl<Req, Res> Clone for Batcher<Req, Res> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
        }
    }
}

/// The batching task has ended: the server is shutting down or the batch failed as a whole.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the writer has stopped or the write failed")]
pub struct Stopped;

impl<Req: Send + 'static, Res: Send + 'static> Batcher<Req, Res> {
    /// Makes the handle and the task that must be spawned. `run` gets the gathered requests and answers
    /// them in the same order; an answer too few leaves that caller with [`Stopped`].
    pub fn new<F, Fut>(
        limits: Limits,
        capacity: usize,
        mut run: F,
    ) -> (Self, impl Future<Output = ()> + Send)
    where
        F: FnMut(Vec<Req>) -> Fut + Send,
        Fut: Future<Output = Vec<Res>> + Send,
    {
        let (queue, mut waiting) = mpsc::channel::<(Req, usize, oneshot::Sender<Res>)>(capacity);
        let task = async move {
            while let Some(first) = waiting.recv().await {
                let mut rows = first.1;
                let mut batch = vec![first];
                let deadline = tokio::time::Instant::now() + limits.wait;
                while rows < limits.rows {
                    match tokio::time::timeout_at(deadline, waiting.recv()).await {
                        Ok(Some(next)) => {
                            rows += next.1;
                            batch.push(next);
                        }
                        Ok(None) | Err(_) => break,
                    }
                }
                let (requests, answers): (Vec<_>, Vec<_>) = batch
                    .into_iter()
                    .map(|(request, _, answer)| (request, answer))
                    .unzip();
                for (answer, result) in answers.into_iter().zip(run(requests).await) {
                    // A caller that went away no longer wants its answer.
                    let _ = answer.send(result);
                }
            }
        };
        (Self { queue }, task)
    }

    /// Hands over work of `rows` rows and waits for its answer.
    pub async fn submit(&self, request: Req, rows: usize) -> Result<Res, Stopped> {
        let (answer, result) = oneshot::channel();
        self.queue
            .send((request, rows, answer))
            .await
            .map_err(|_| Stopped)?;
        result.await.map_err(|_| Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn callers_share_a_batch_and_each_gets_its_own_answer() {
        let (batcher, task) =
            Batcher::new(Limits::default(), 64, |requests: Vec<u32>| async move {
                let n = requests.len();
                requests
                    .into_iter()
                    .map(|request| (request * 2, n))
                    .collect()
            });
        let running = tokio::spawn(task);
        let calls = (0..10u32).map(|i| {
            let batcher = batcher.clone();
            tokio::spawn(async move { batcher.submit(i, 1).await.unwrap() })
        });
        let mut shared = 0;
        for (i, call) in calls.collect::<Vec<_>>().into_iter().enumerate() {
            let (doubled, n) = call.await.unwrap();
            assert_eq!(doubled, u32::try_from(i).unwrap() * 2);
            shared = shared.max(n);
        }
        assert!(shared > 1, "no two callers shared a commit");
        drop(batcher);
        running.await.unwrap();
    }
}
