//! Work that is shared out between processors.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// Does `work` for each item, on as many threads as there are idle processors, and returns what came of each
/// in the order of the items. A thread that cannot be started, or does not end well, has its share done
/// here: no item is ever left out.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = processors().saturating_sub(BUSY.load(Ordering::Relaxed)).min(items.len());
    if workers < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || -> Vec<(usize, R)> {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
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
    results.into_iter().zip(items).map(|(result, item)| result.unwrap_or_else(|| work(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        assert_eq!(map(&items, |n| n * n), items.iter().map(|n| n * n).collect::<Vec<_>>());
        assert!(map(&[] as &[u8], |n| *n).is_empty());
    }
}
