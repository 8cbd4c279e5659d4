//! `csvq man`: one manual page for the program, of which comparing is most.

use std::io;

use clap::CommandFactory;
use clap_mangen::Man;
use csvq_core::Result;
use csvq_core::control::Control;

use crate::args::Cli;
use crate::output;

/// In place of clap_mangen's, which would list every flag, and pages for subcommands that there are not.
const SYNOPSIS: &str = r".SH SYNOPSIS
\fBcsvq compare\fR [\fIOPTIONS\fR] \fILEFT\fR \fIRIGHT\fR
.br
\fBcsvq completions\fR \fISHELL\fR
.br
\fBcsvq man\fR
";

/// Writes the page to standard output.
pub(crate) fn run() -> Result<()> {
    output::write(None, &Control::new(), &mut |out| Ok(out.write_all(page()?.as_bytes())?))
}

fn page() -> io::Result<String> {
    let mut command = Cli::command();
    command.build();
    // clap_mangen writes nothing about flags that the short help leaves out.
    let compare = command.find_subcommand("compare").cloned().unwrap_or_default();
    let compare = Man::new(compare.mut_args(|flag| flag.hide_short_help(false)));
    let program = Man::new(command);
    let parts = [
        section(|out| program.render_title(out))?,
        section(|out| program.render_name_section(out))?,
        SYNOPSIS.to_owned(),
        section(|out| compare.render_description_section(out))?,
        section(|out| compare.render_options_section(out))?,
        section(|out| compare.render_extra_section(out))?.replace(".SH EXTRA", ".SH EXAMPLES"),
        section(|out| program.render_extra_section(out))?.replace(".SH EXTRA", ".SH ENVIRONMENT AND STATUS"),
    ];
    // Not every troff reads UTF-8.
    Ok(parts.concat().replace('…', "..."))
}

fn section(render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<String> {
    let mut bytes = Vec::new();
    render(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_of_every_flag() {
        let page = page().unwrap();
        assert!(page.contains("As \\-\\-comment, for the left side"), "{page}");
        for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "RULES", "EXAMPLES", "ENVIRONMENT AND STATUS"] {
            assert_eq!(page.matches(&format!(".SH {heading}\n")).count(), 1, "{heading}");
        }
    }
}
