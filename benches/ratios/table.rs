//! The table that is printed.

use std::fmt::Write as _;

use crate::measure::{Pair, Side, Times};

/// How much is good.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// So many times what the other side takes.
    Times(f64),
    /// So many milliseconds more than the other side takes.
    More(f64),
    /// So many milliseconds, whatever the other side takes.
    Most(f64),
    /// So many milliseconds of processors, whatever the other side takes.
    Processor(f64),
    /// So many megabytes.
    Memory(f64),
}

/// What is to be compared.
pub(crate) struct Comparison {
    pub(crate) name: &'static str,
    /// What our side does, in words.
    pub(crate) ours: &'static str,
    /// What the other side does.
    pub(crate) theirs: &'static str,
    pub(crate) bounds: &'static [Bound],
    /// The most rounds that it is worth: of what takes seconds, a few are enough.
    pub(crate) rounds: usize,
    pub(crate) pair: Pair,
}

/// Rounds without a limit.
pub(crate) const ANY: usize = usize::MAX;

/// A comparison that was made.
pub(crate) struct Row {
    name: &'static str,
    ours: &'static str,
    theirs: &'static str,
    bounds: &'static [Bound],
    times: Times,
}

impl Comparison {
    pub(crate) fn run(self, rounds: usize) -> Result<Row, String> {
        let Comparison { name, ours, theirs, bounds, rounds: most, pair } = self;
        let times = pair.run(rounds.min(most)).map_err(|message| format!("{name}: {message}"))?;
        Ok(Row { name, ours, theirs, bounds, times })
    }
}

impl Row {
    fn ratio(&self) -> f64 {
        self.times.ours.wall / self.times.theirs.wall
    }

    /// True when the row is within its bounds. What the system does not tell is.
    pub(crate) fn is_within(&self) -> bool {
        self.bounds.iter().all(|bound| self.keeps(*bound))
    }

    fn keeps(&self, bound: Bound) -> bool {
        let Times { ours, theirs, .. } = &self.times;
        match bound {
            Bound::Times(most) => self.ratio() <= most,
            Bound::More(most) => ours.wall - theirs.wall <= most,
            Bound::Most(most) => ours.wall <= most,
            Bound::Processor(most) => ours.processor.is_none_or(|time| time <= most),
            Bound::Memory(most) => ours.memory.is_none_or(|memory| memory <= most),
        }
    }

    fn verdict(&self) -> String {
        if self.bounds.is_empty() {
            return "-".to_string();
        }
        let said: Vec<String> = self
            .bounds
            .iter()
            .map(|&bound| {
                let missed = if self.keeps(bound) { "" } else { " MISSED" };
                match bound {
                    Bound::Times(most) => format!("{most}{missed}"),
                    Bound::More(most) => format!("+{most} ms{missed}"),
                    Bound::Most(most) => format!("{most} ms{missed}"),
                    Bound::Processor(most) => format!("{most} ms of processors{missed}"),
                    Bound::Memory(most) => format!("{most} MB{missed}"),
                }
            })
            .collect();
        said.join(", ")
    }
}

/// Numbers first, then what they are numbers of.
pub(crate) fn render(rows: &[Row]) -> String {
    let mut out = String::new();
    let some = |number: Option<f64>| number.map_or_else(|| "-".to_string(), |n| format!("{n:.1}"));
    let cells = |side: &Side| [format!("{:.2}", side.wall), some(side.processor), some(side.memory)];
    let head = ["row", "ours ms", "other ms", "ratio", "cpu ms", "other", "MB", "other", "rounds", "bound"];
    line(&mut out, head);
    for row in rows {
        let ([wall, cpu, memory], [other_wall, other_cpu, other_memory]) =
            (cells(&row.times.ours), cells(&row.times.theirs));
        let (ratio, rounds) = (format!("{:.3}", row.ratio()), row.times.rounds.to_string());
        let bound = row.verdict();
        line(
            &mut out,
            [row.name, &wall, &other_wall, &ratio, &cpu, &other_cpu, &memory, &other_memory, &rounds, &bound],
        );
    }
    out.push('\n');
    for row in rows {
        writeln!(out, "{:<15} {}\n{:<8}against {}", row.name, row.ours, "", row.theirs)
            .expect("a string takes all text");
    }
    out.push_str(
        "\nWhole processes, output to the null device, in turn; wall times are medians, processor times (cpu) means of\n\
         user and system time, memory the peak of the largest process.\n",
    );
    out
}

fn line(out: &mut String, cells: [&str; 10]) {
    const WIDTHS: [usize; 10] = [15, 10, 11, 9, 10, 10, 8, 8, 8, 2];
    let mut text = format!("{:<width$}", cells[0], width = WIDTHS[0]);
    for (cell, width) in cells.iter().zip(WIDTHS).take(9).skip(1) {
        write!(text, "{cell:>width$}").expect("a string takes all text");
    }
    write!(text, "  {}", cells[9]).expect("a string takes all text");
    out.push_str(text.trim_end());
    out.push('\n');
}
