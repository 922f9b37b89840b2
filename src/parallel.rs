//! Work that is shared out between processors.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};

/// How many processors this program may use; at least one. The system is asked once.
pub(crate) fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// How many threads work on something of their own.
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Keeps a processor from being counted on, as long as it lives.
pub(crate) struct Busy(());

impl Busy {
    pub(crate) fn new() -> Busy {
        BUSY.fetch_add(1, Ordering::Relaxed);
        Busy(())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Work that needs nothing of whoever gives it.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// A thread that does one job after the other, and sleeps in between.
///
/// Dropped, it forgets the jobs that it has not begun, and waits for the one that it has; then it sleeps until somebody
/// else needs a worker. It never ends: that takes longer than to sleep, and starting another one even more.
#[derive(Debug)]
pub(crate) struct Worker(Arc<Queue>);

#[derive(Default, Debug)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// It is about a job.
    busy: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("jobs", &self.jobs.len()).field("busy", &self.busy).finish()
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, once there is one.
    fn next(&self) -> Job {
        let mut state = self.state();
        state.busy = false;
        self.changed.notify_all();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.busy = true;
                return job;
            }
            state = self.wait(state);
        }
    }
}

/// Workers that nobody has.
static SPARE: Mutex<Vec<Arc<Queue>>> = Mutex::new(Vec::new());

fn spare() -> MutexGuard<'static, Vec<Arc<Queue>>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many are started beforehand: one to read commits and code, one for what is shared out meanwhile. Starting one takes
/// a twentieth of a millisecond.
const BEFOREHAND: usize = 2;

/// Starts threads for the work to come. To be called as soon as a program begins: a thread that sleeps is woken on an
/// idle processor at once, whereas one that is started milliseconds later was seen to begin where its parent ran, and
/// to keep that from running for as long as Linux lets a thread run, which is 4 ms.
pub fn get_ready() {
    spare().extend((0..BEFOREHAND).filter_map(|_| start()));
}

/// Starts a thread; `None` when the system has none to give.
fn start() -> Option<Arc<Queue>> {
    let queue = Arc::new(Queue::default());
    let own = Arc::clone(&queue);
    let work = move || loop {
        // Whoever waits for it learns what became of it from what it owned.
        let _ = std::panic::catch_unwind(AssertUnwindSafe(own.next()));
    };
    std::thread::Builder::new().spawn(work).ok().map(|_| queue)
}

impl Worker {
    /// One that nobody has, or a new one; `None` when the system has no thread to give.
    pub(crate) fn any() -> Option<Worker> {
        let known = spare().pop();
        known.or_else(start).map(Worker)
    }

    /// Has a job done, after those that were given before.
    pub(crate) fn give(&self, job: Job) {
        self.0.state().jobs.push_back(job);
        self.0.changed.notify_all();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let forgotten = std::mem::take(&mut self.0.state().jobs);
        drop(forgotten);
        let mut state = self.0.state();
        while state.busy {
            state = self.0.wait(state);
        }
        drop(state);
        spare().push(Arc::clone(&self.0));
    }
}

/// How many processors nobody works on, this thread's own counted.
fn idle() -> usize {
    processors().saturating_sub(BUSY.load(Ordering::Relaxed))
}

/// Does `work` for each number below `count`, on as many threads as there are idle processors, and returns what came of
/// each, in order. What a thread did not do because it did not end well is done here: none is ever left out.
pub(crate) fn parts<R: Send + 'static>(
    count: usize,
    work: impl Fn(usize) -> R + Send + Sync + 'static,
) -> Vec<R> {
    let shared = Arc::new((AtomicUsize::new(0), work));
    let next = move |next: &AtomicUsize| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < count);
    let others = idle().min(count).saturating_sub(1);
    let workers: Vec<Worker> = (0..others).map_while(|_| Worker::any()).collect();
    let (send, done) = mpsc::channel();
    for worker in &workers {
        let (shared, send) = (Arc::clone(&shared), send.clone());
        worker.give(Box::new(move || {
            while let Some(at) = next(&shared.0) {
                // Whoever asked waits for it.
                let _ = send.send((at, (shared.1)(at)));
            }
        }));
    }
    drop(send);
    let mut results: Vec<Option<R>> = Vec::new();
    results.resize_with(count, || None);
    while let Some(at) = next(&shared.0) {
        results[at] = Some((shared.1)(at));
    }
    for (at, result) in done {
        results[at] = Some(result);
    }
    drop(workers);
    results.into_iter().enumerate().map(|(at, result)| result.unwrap_or_else(|| (shared.1)(at))).collect()
}

/// Does `work` for each item, on as many threads as there are idle processors, and returns what came of each
/// in the order of the items. A thread that cannot be started, or does not end well, has its share done
/// here: no item is ever left out.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_with(items, || (), |(), item| work(item))
}

/// As [`map`], where each thread has something of its own that helps with all its items: what `begin` returns.
pub(crate) fn map_with<S, T: Sync, R: Send>(
    items: &[T],
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&S, &T) -> R + Sync,
) -> Vec<R> {
    let workers = idle().min(items.len());
    if workers < 2 {
        let own = begin();
        return items.iter().map(|item| work(&own, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || -> Vec<(usize, R)> {
        let (own, mut done) = (begin(), Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(&own, item)));
        }
    };
    let mut results: Vec<Option<R>> = Vec::new();
    results.resize_with(items.len(), || None);
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers)
            .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, share).ok())
            .collect();
        let shares = std::iter::once(share()).chain(others.into_iter().filter_map(|other| other.join().ok()));
        for (at, result) in shares.flatten() {
            results[at] = Some(result);
        }
    });
    results
        .into_iter()
        .zip(items)
        .map(|(result, item)| result.unwrap_or_else(|| work(&begin(), item)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};

    use super::{Worker, map, parts};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        assert_eq!(map(&items, |n| n * n), items.iter().map(|n| n * n).collect::<Vec<_>>());
        assert!(map(&[] as &[u8], |n| *n).is_empty());
    }

    #[test]
    fn parts_come_in_order_and_those_of_a_thread_that_died_are_done_again() {
        for count in [0, 1, 2, 100] {
            assert_eq!(parts(count, |at| at * at), (0..count).map(|at| at * at).collect::<Vec<_>>());
        }
        let here = std::thread::current().id();
        let fails_elsewhere = move |at: usize| {
            std::thread::sleep(std::time::Duration::from_millis(2));
            assert_eq!(std::thread::current().id(), here, "on purpose");
            at
        };
        assert_eq!(parts(8, fails_elsewhere), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_worker_goes_on_after_a_panic_and_forgets_what_it_has_not_begun() {
        let worker = Worker::any().expect("a thread");
        let ((say, said), (hold, held)) = (mpsc::channel(), mpsc::channel::<()>());
        let (done, second) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, never) = (Arc::clone(&done), Arc::clone(&second));
        worker.give(Box::new(|| panic!("on purpose")));
        worker.give(Box::new(move || {
            say.send("begun").expect("somebody listens");
            held.recv().ok();
            count.fetch_add(1, Ordering::SeqCst);
        }));
        worker.give(Box::new(move || {
            never.fetch_add(1, Ordering::SeqCst);
        }));
        assert_eq!(said.recv(), Ok("begun"));
        let dropping = std::thread::spawn(move || drop(worker));
        while Arc::strong_count(&second) > 1 {
            std::thread::yield_now();
        }
        assert!(!dropping.is_finished(), "it waits for what it has begun");
        drop(hold);
        dropping.join().expect("the worker ends");
        assert_eq!((done.load(Ordering::SeqCst), second.load(Ordering::SeqCst)), (1, 0));
    }
}
