// A workflow in a workflow: by name, by path, generic, in a function's body, with errors of its own.
#![deny(warnings)]
use zyn::prelude::*;
use zyn::testing::Scripted;

#[derive(Debug)]
pub struct Mine(#[allow(dead_code)] String);

impl From<zyn::Error> for Mine {
    fn from(error: zyn::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::num::ParseIntError> for Mine {
    fn from(error: std::num::ParseIntError) -> Self {
        Self(error.to_string())
    }
}

pub mod inner {
    use zyn::prelude::*;

    workflow!(
        /// Generic, with a version.
        #[zyn(version = 3)]
        pub async fn echo<T: ToPrompt + Send + Sync>(text: T, times: impl Into<usize>) -> String {
            let times = times.into();
            let echo = transform("Say it {times} times", &text);
            echo
        }
    );
}

async fn number(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.trim().parse()
}

workflow!(
    /// By path, and `?` on what a `call` gives.
    pub async fn outer(text: &str) -> Result<u32, Mine> {
        let echo = run(inner::echo::<&str>(text, 2_usize));
        let known = run(self::inner::echo(text, 1_usize)) else {
            return Ok(0);
        };
        let n = call(number(&echo))?;
        let m: u32 = "4".parse()?;
        if known.is_empty() {
            return Ok(m);
        }
        let _three = call(number("3"))?;
        call(async { Ok::<u32, Mine>(n + m) })?
    }
);

fn main() {
    workflow!(
        /// In a function.
        async fn small(text: &str) -> String {
            let small = transform("Shorten it", text);
            small
        }

        /// Beside it.
        async fn twice(text: &str) -> String {
            let first = run(small(text));
            run(small(&first))
        }
    );
    assert_eq!(
        twice::graph().steps[1].workflow.map(|it| it.name),
        Some("small")
    );
    assert_eq!(inner::echo::graph().version, 3);
    let llm = Llm::new(Scripted::new(["5", "x"]));
    let mut session = Session::new();
    let run = outer("five").run(&llm, &mut session);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(run).unwrap(), 9);
}
