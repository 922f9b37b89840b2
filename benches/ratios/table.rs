//! The table that is printed.

use std::fmt::Write as _;

use crate::measure::{Side, Times};

/// How much is good.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// So many times what the other side takes.
    Times(f64),
    /// So many milliseconds more than the other side takes.
    More(f64),
    /// So many milliseconds, whatever the other side takes.
    Most(f64),
}

/// One comparison.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What our side does, in words.
    pub(crate) ours: &'static str,
    /// What the other side does.
    pub(crate) theirs: &'static str,
    pub(crate) bound: Option<Bound>,
    pub(crate) times: Times,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.times.ours.wall / self.times.theirs.wall
    }

    /// True when the times are within the bound, or there is no bound.
    pub(crate) fn is_within(&self) -> bool {
        match self.bound {
            None => true,
            Some(Bound::Times(most)) => self.ratio() <= most,
            Some(Bound::More(most)) => self.times.ours.wall - self.times.theirs.wall <= most,
            Some(Bound::Most(most)) => self.times.ours.wall <= most,
        }
    }

    fn verdict(&self) -> String {
        let missed = if self.is_within() { "" } else { " MISSED" };
        match self.bound {
            None => "-".to_string(),
            Some(Bound::Times(most)) => format!("{most:.1}{missed}"),
            Some(Bound::More(most)) => format!("+{most} ms{missed}"),
            Some(Bound::Most(most)) => format!("{most} ms{missed}"),
        }
    }
}

/// Numbers first, then what they are numbers of.
pub(crate) fn render(rows: &[Row], rounds: usize) -> String {
    let mut out = String::new();
    let processor = |side: &Side| side.processor.map_or_else(|| "-".to_string(), |ms| format!("{ms:.1}"));
    line(&mut out, &["row", "roadworthy ms", "other ms", "ratio", "bound", "processor ms", "other's"]);
    for row in rows {
        let Times { ours, theirs } = &row.times;
        let (wall, their_wall) = (format!("{:.2}", ours.wall), format!("{:.2}", theirs.wall));
        let ratio = format!("{:.2}", row.ratio());
        line(
            &mut out,
            &[row.name, &wall, &their_wall, &ratio, &row.verdict(), &processor(ours), &processor(theirs)],
        );
    }
    out.push('\n');
    for row in rows {
        writeln!(out, "{:<10}roadworthy {}\n{:<10}against {}", row.name, row.ours, "", row.theirs)
            .expect("a string takes all text");
    }
    writeln!(
        out,
        "\nWhole processes, output to the null device; wall times are medians of {rounds} runs in turn,\n\
         processor times means of user and system time."
    )
    .expect("a string takes all text");
    out
}

fn line(out: &mut String, cells: &[&str; 7]) {
    const WIDTHS: [usize; 7] = [10, 14, 10, 8, 15, 13, 8];
    let mut text = format!("{:<width$}", cells[0], width = WIDTHS[0]);
    for (cell, width) in cells.iter().zip(WIDTHS).skip(1) {
        write!(text, "{cell:>width$}").expect("a string takes all text");
    }
    out.push_str(text.trim_end());
    out.push('\n');
}
