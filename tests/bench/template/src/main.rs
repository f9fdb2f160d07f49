//! `template-bench [SECONDS]`: see the library.

fn main() -> anyhow::Result<()> {
    let seconds = std::env::args()
        .nth(1)
        .map_or(Ok(0.5), |text| text.parse())?;
    template_bench::run(seconds)
}
