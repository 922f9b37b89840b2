//! In which formats, and where to.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::report::Format;
use crate::schema::Schema;

/// In which formats a verdict is told.
#[derive(Args, Clone, Debug)]
pub struct Reports {
    /// How to print the verdict.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Also write it to a file, in any format: sarif=roadworthy.sarif. May be given more than once; `-` is
    /// standard output, behind the rest.
    #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = report_to)]
    pub files: Vec<ReportTo>,
}

/// A report for a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportTo {
    /// How it is written.
    pub format: Format,
    /// Where to; `-` is standard output.
    pub path: PathBuf,
}

fn report_to(text: &str) -> Result<ReportTo, String> {
    let names = Format::ALL.map(Format::name).join(", ");
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or("write it as FORMAT=PATH, such as sarif=roadworthy.sarif")?;
    let format = Format::ALL.into_iter().find(|format| format.name() == name);
    let format = format.ok_or_else(|| format!("there is no format `{name}`; there are {names}"))?;
    Ok(ReportTo { format, path: PathBuf::from(path) })
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.about()))
    }
}

impl ValueEnum for Schema {
    fn value_variants<'a>() -> &'a [Self] {
        &Schema::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.about()))
    }
}
