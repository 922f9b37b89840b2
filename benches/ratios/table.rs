//! The table that is printed.

use std::fmt::Write as _;

use crate::measure::{Side, Times};

/// One comparison.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What our side does, in words.
    pub(crate) ours: &'static str,
    /// What the other side does.
    pub(crate) theirs: &'static str,
    /// The largest ratio that is good.
    pub(crate) bound: Option<f64>,
    pub(crate) times: Times,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.times.ours.wall / self.times.theirs.wall
    }

    /// True when the ratio is within the bound, or there is no bound.
    pub(crate) fn is_within(&self) -> bool {
        self.bound.is_none_or(|bound| self.ratio() <= bound)
    }

    fn verdict(&self) -> String {
        match self.bound {
            None => "-".to_string(),
            Some(bound) if self.is_within() => format!("{bound:.1}"),
            Some(bound) => format!("{bound:.1} MISSED"),
        }
    }
}

/// Numbers first, then what they are numbers of.
pub(crate) fn render(rows: &[Row], rounds: usize) -> String {
    let mut out = String::new();
    let processor = |side: &Side| side.processor.map_or_else(|| "-".to_string(), |ms| format!("{ms:.1}"));
    line(&mut out, &["row", "roadworthy ms", "git ms", "ratio", "bound", "processor ms", "git's"]);
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
    const WIDTHS: [usize; 7] = [10, 14, 10, 8, 12, 13, 8];
    let mut text = format!("{:<width$}", cells[0], width = WIDTHS[0]);
    for (cell, width) in cells.iter().zip(WIDTHS).skip(1) {
        write!(text, "{cell:>width$}").expect("a string takes all text");
    }
    out.push_str(text.trim_end());
    out.push('\n');
}
