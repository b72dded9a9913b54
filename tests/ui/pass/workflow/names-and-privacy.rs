// A workflow may share its name with a type, an input and a step; its graph is as visible as it is.
#![deny(warnings)]
#![allow(non_camel_case_types)]
use zyn::prelude::*;

pub struct answer {
    pub length: usize,
}

mod outer {
    use zyn::prelude::*;

    pub mod inner {
        use zyn::prelude::*;

        workflow!(
            pub(super) async fn to_parent(text: &str) -> String {
                let to_parent = transform("Answer", text);
                to_parent
            }

            pub(crate) async fn to_crate(text: &str) -> String {
                transform("Answer", text)
            }

            pub(in crate::outer) async fn to_outer(text: &str) -> String {
                transform("Answer", text)
            }

            async fn to_none(text: &str) -> String {
                transform("Answer", text)
            }
        );

        pub mod innermost {
            pub fn graph() -> &'static zyn::graph::Graph {
                super::to_none::graph()
            }
        }
    }

    workflow!(
        pub async fn answer(mail: &str) -> super::answer {
            let text = transform("Answer", mail);
            super::answer { length: text.len() }
        }
    );

    pub fn graphs() -> [&'static zyn::graph::Graph; 3] {
        let _run = inner::to_outer("text");
        [
            inner::to_parent::graph(),
            inner::to_outer::graph(),
            inner::innermost::graph(),
        ]
    }
}

fn main() {
    struct Local(u8);

    workflow!(
        async fn local(text: &str, local: Local) -> Local {
            let _answer = transform("Answer", text);
            local
        }
    );

    drop(local("text", Local(1)));
    assert_eq!(Local(1).0, 1);
    assert_eq!(local::graph().result, ["local"]);
    assert_eq!(outer::graphs()[0].steps[0].id, "to_parent");
    assert_eq!(outer::inner::to_crate::graph().steps[0].id, "to_crate");
    drop(outer::answer("text"));
    assert_eq!(answer { length: 1 }.length, 1);
}
