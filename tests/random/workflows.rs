//! Random workflows, written by `generate.rs`; `ZYN_RANDOM=write` writes them anew.
#![allow(unused, clippy::all)]

use zyn::Run;
use zyn::graph::Graph;
use zyn::prelude::*;

use super::{Fact, Label};

/// A workflow and its graph.
pub type Made = (fn(String) -> Run<'static, String>, fn() -> &'static Graph);

workflow!(
    pub async fn w00(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(1);
        let x2 = extract::<Fact>("Do it", "{at}x2").reask(0).alone() else {
            Fact { n: 0 }
        };
        let x3 = binary("Do it", "{at}x3").reask(0);
        if x3 {
            let mut x4 = transform("Do it", "{at}then/x4").reask(1);
        }
        if x3 {
            let x5 = binary("Do it", "{at}then/x5").reask(1);
            let x6 = transform("Do it", "{at}then/x6").reask(2) else {
                let mut x7 = transform("Do it", "{at}then/x6/else/x7 {x1}").reask(0);
                transform("Do it", "{at}then/x6/else/x6").reask(2)
            };
        } else {
            let mut x8 = transform("Do it", "{at}else/x8 {x1}").reask(1);
            let x9 = extract::<Fact>("Do it", "{at}else/x9 {x1}").reask(1);
        }
        if x3 {
            let x10 = transform("Do it", "{at}then/x10 {x1}").reask(2);
            return format!("= {x3:?} {x2:?} {x1:?}");
        } else {
            let mut x11 = transform("Do it", "{at}else/x11").reask(0);
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w01(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(0);
        let x2 = extract::<Fact>("Do it", "{at}x2").reask(0);
        let mut x3 = transform("Do it", "{at}x3").reask(0);
        let at_x4 = format!("{at}x4/");
        let x4 = run(w00(at_x4));
        let (x5, x6, x7) = join(
            transform("Do it", "{at}x5").reask(0),
            transform("Do it", "{at}x6").reask(0),
            extract::<Fact>("Do it", "{at}x7").reask(0),
        );
        let x8 = transform("Do it", "{at}x8").reask(1) else {
            let x9 = transform("Do it", "{at}x8/else/x9 {x6}").reask(2);
            return format!("= {x7:?} {x6:?} {x5:?} {x4:?}");
        };
        let x10 = binary("Do it", "{at}x10 {x4}").reask(1);
        format!("= {x10:?} {x8:?} {x7:?} {x6:?}")
    }
);

workflow!(
    pub async fn w02(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(2);
        user("note 2");
        let x3 = binary("Do it", "{at}x3").reask(0);
        if x3 {
            let x4 = transform("Do it", "{at}then/x4").reask(2);
            let at_x5 = format!("{at}then/x5/");
            let x5 = run(w01(at_x5)) else {
                transform("Do it", "{at}then/x5/else/x5").reask(2)
            };
        } else {
            let x6 = binary("Do it", "{at}else/x6").reask(1);
        }
        format!("= {x3:?} {x1:?}")
    }
);

workflow!(
    pub async fn w03(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(2).alone();
        let x2 = extract::<Fact>("Do it", "{at}x2").reask(0);
        let x3 = binary("Do it", "{at}x3").reask(2);
        if x3 {
            let x4 = extract::<Fact>("Do it", "{at}then/x4").reask(0);
            for r5 in 0..2 {
                let x6 = classify::<Label>("Do it", "{at}then/r5[{r5}]/x6 {x1}").reask(2);
                let x7 = binary("Do it", "{at}then/r5[{r5}]/x7").reask(0);
                if x7 {
                    continue;
                }
                x1 = transform("Do it", "{at}then/r5[{r5}]/x1 {x1}").reask(0);
            }
        } else {
            let mut x8 = transform("Do it", "{at}else/x8").reask(2);
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w04(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(1);
        let x2 = extract::<Fact>("Do it", "{at}x2").reask(2) else {
            extract::<Fact>("Do it", "{at}x2/else/x2").reask(0)
        };
        let x3 = classify::<Label>("Do it", "{at}x3 {x1}")
            .reask(0)
            .confidence(0.8);
        let at_x4 = format!("{at}x4/");
        let x4 = run(w00(at_x4)) else {
            return format!("= {x3:?} {x2:?} {x1:?}");
        };
        let at_x5 = format!("{at}x5/");
        let x5 = run(w01(at_x5)) else {
            let at_x6 = format!("{at}x5/else/x6/");
            let x6 = run(w01(at_x6));
            return format!("= {x4:?} {x3:?} {x2:?} {x1:?}");
        };
        format!("= {x5:?} {x4:?} {x3:?} {x2:?}")
    }
);

workflow!(
    pub async fn w05(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1);
        let (x2, x3, x4, x5) = join(
            classify::<Label>("Do it", "{at}x2")
                .reask(1)
                .confidence(0.8)
                .alone(),
            transform("Do it", "{at}x3").reask(2).alone(),
            classify::<Label>("Do it", "{at}x4")
                .reask(1)
                .confidence(0.8),
            extract::<Fact>("Do it", "{at}x5").reask(2),
        );
        for r6 in 0..3 {
            let x7 = transform("Do it", "{at}r6[{r6}]/x7").reask(1).alone();
            let x8 = transform("Do it", "{at}r6[{r6}]/x8").reask(1);
        }
        format!("= {x5:?} {x4:?} {x3:?} {x2:?}")
    }
);

workflow!(
    pub async fn w06(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1).alone();
        let x2 = classify::<Label>("Do it", "{at}x2")
            .reask(2)
            .confidence(0.8);
        match x2 {
            Label::One | Label::Three => {
                let x3 = transform("Do it", "{at}One+Three/x3").reask(2).alone();
                system("note 4");
                return format!("= {x2:?} {x1:?}");
            }
            _ => {
                let x5 = extract::<Fact>("Do it", "{at}_/x5").reask(2);
                let x6 = transform("Do it", "{at}_/x6").reask(1);
            }
        }
        let x7 = classify::<Label>("Do it", "{at}x7")
            .reask(1)
            .confidence(0.8);
        match x7 {
            Label::One | Label::Three => {
                let x8 = extract::<Fact>("Do it", "{at}One+Three/x8").reask(2);
                if x1 {
                    let x9 = binary("Do it", "{at}One+Three/then/x9").reask(0);
                    let mut x10 = transform("Do it", "{at}One+Three/then/x10").reask(0);
                    let x11 = classify::<Label>("Do it", "{at}One+Three/then/x11 {x10}")
                        .reask(1)
                        .confidence(0.8);
                    match x11 {
                        Label::One => {
                            let x12 = extract::<Fact>("Do it", "{at}One+Three/then/One/x12")
                                .reask(1)
                                .alone();
                        }
                        Label::Two | Label::Three => {
                            let mut x13 =
                                transform("Do it", "{at}One+Three/then/Two+Three/x13").reask(2);
                        }
                    }
                } else {
                    let at_x14 = format!("{at}One+Three/else/x14/");
                    let x14 = run(w01(at_x14));
                }
                return format!("= {x7:?} {x2:?} {x1:?}");
            }
            _ => {
                let mut x15 = transform("Do it", "{at}_/x15").reask(1);
            }
        }
        format!("= {x7:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w07(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(2);
        let x2 = extract::<Fact>("Do it", "{at}x2 {x1}").reask(1);
        for r3 in 0..3 {
            let at_x4 = format!("{at}r3[{r3}]/x4/");
            let x4 = run(w03(at_x4));
            let x5 = binary("Do it", "{at}r3[{r3}]/x5").reask(1).alone();
            if x5 {
                break;
            }
            x1 = transform("Do it", "{at}r3[{r3}]/x1").reask(0).alone();
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w08(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(1);
        for r2 in 0..1 {
            let at_x3 = format!("{at}r2[{r2}]/x3/");
            let x3 = run(w02(at_x3));
            let x4 = transform("Do it", "{at}r2[{r2}]/x4").reask(0);
            let at_x5 = format!("{at}r2[{r2}]/x5/");
            let x5 = run(w03(at_x5));
        }
        let x6 = classify::<Label>("Do it", "{at}x6").reask(1);
        match x6 {
            Label::One | Label::Three => {
                let at_x7 = format!("{at}One+Three/x7/");
                let x7 = run(w01(at_x7));
                for r8 in 0..3 {
                    let at_x9 = format!("{at}One+Three/r8[{r8}]/x9/");
                    let x9 = run(w02(at_x9));
                    let x10 = binary("Do it", "{at}One+Three/r8[{r8}]/x10").reask(2);
                    if x10 {
                        break;
                    }
                }
                return format!("= {x6:?} {x1:?}");
            }
            _ => {
                let mut x11 = transform("Do it", "{at}_/x11").reask(2).alone();
                let x12 = classify::<Label>("Do it", "{at}_/x12 {x11}")
                    .reask(0)
                    .confidence(0.8)
                else {
                    let x13 = transform("Do it", "{at}_/x12/else/x13 {x11}").reask(2);
                    classify::<Label>("Do it", "{at}_/x12/else/x12 {x11}")
                        .reask(0)
                        .confidence(0.8)
                };
            }
        }
        format!("= {x6:?} {x1:?}")
    }
);

workflow!(
    pub async fn w09(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(0);
        let x2 = binary("Do it", "{at}x2 {x1}").reask(1).alone();
        if x2 {
            let x3 = extract::<Fact>("Do it", "{at}then/x3").reask(0).alone();
            return format!("= {x2:?} {x1:?}");
        }
        let x4 = binary("Do it", "{at}x4").reask(0);
        let x5 = classify::<Label>("Do it", "{at}x5").reask(2);
        match x5 {
            Label::One => {
                let mut x6 = transform("Do it", "{at}One/x6").reask(2);
                for r7 in 0..1 {
                    let at_x8 = format!("{at}One/r7[{r7}]/x8/");
                    let x8 = run(w06(at_x8));
                    x1 = transform("Do it", "{at}One/r7[{r7}]/x1").reask(2);
                    let x9 = binary("Do it", "{at}One/r7[{r7}]/x9").reask(1);
                    if x9 {
                        continue;
                    }
                    x6 = transform("Do it", "{at}One/r7[{r7}]/x6").reask(0);
                }
                return format!("= {x5:?} {x4:?} {x2:?} {x1:?}");
            }
            Label::Two | Label::Three => {
                let x10 = classify::<Label>("Do it", "{at}Two+Three/x10")
                    .reask(0)
                    .confidence(0.8);
            }
        }
        format!("= {x5:?} {x4:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w10(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(0);
        let at_x2 = format!("{at}x2/");
        let x2 = run(w07(at_x2));
        let at_x3 = format!("{at}x3/");
        let x3 = run(w00(at_x3));
        for r4 in 0..1 {
            let x5 = classify::<Label>("Do it", "{at}r4[{r4}]/x5").reask(0);
            x1 = transform("Do it", "{at}r4[{r4}]/x1").reask(0);
            let x6 = binary("Do it", "{at}r4[{r4}]/x6").reask(0).alone();
            if x6 {
                break;
            }
            let x7 = binary("Do it", "{at}r4[{r4}]/x7").reask(0);
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w11(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w02(at_x1));
        let at_x3 = format!("{at}x3/");
        let (x2, x3, x4) = join(
            extract::<Fact>("Do it", "{at}x2 {x1}").reask(2),
            run(w09(at_x3)),
            extract::<Fact>("Do it", "{at}x4").reask(0),
        ) else {
            let x5 = transform("Do it", "{at}x2+x3+x4/else/x5 {x1}").reask(0);
            (Fact { n: 0 }, "none".to_owned(), Fact { n: 0 })
        };
        format!("= {x4:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w12(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(1);
        let x2 = extract::<Fact>("Do it", "{at}x2 {x1}").reask(0) else {
            Fact { n: 0 }
        };
        let x3 = transform("Do it", "{at}x3").reask(2);
        let x4 = classify::<Label>("Do it", "{at}x4 {x3}").reask(2);
        let at_x7 = format!("{at}x7/");
        let (x5, x6, x7, x8) = join(
            transform("Do it", "{at}x5 {x3}").reask(0),
            extract::<Fact>("Do it", "{at}x6 {x1}").reask(2).alone(),
            run(w07(at_x7)),
            transform("Do it", "{at}x8 {x1}").reask(2).alone(),
        ) else {
            let at_x9 = format!("{at}x5+x6+x7+x8/else/x9/");
            let x9 = run(w03(at_x9));
            (
                "none".to_owned(),
                Fact { n: 0 },
                "none".to_owned(),
                "none".to_owned(),
            )
        };
        format!("= {x8:?} {x7:?} {x6:?} {x5:?}")
    }
);

workflow!(
    pub async fn w13(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(2);
        let at_x2 = format!("{at}x2/");
        let x2 = run(w11(at_x2)) else {
            let x3 = extract::<Fact>("Do it", "{at}x2/else/x3 {x1}")
                .reask(1)
                .alone();
            "none".to_owned()
        };
        let x4 = transform("Do it", "{at}x4 {x1}").reask(0);
        let x5 = transform("Do it", "{at}x5").reask(2) else {
            "none".to_owned()
        };
        let x6 = classify::<Label>("Do it", "{at}x6 {x5}")
            .reask(2)
            .confidence(0.8);
        match x6 {
            Label::Two => {
                let mut x7 = transform("Do it", "{at}Two/x7").reask(2);
                let x8 = binary("Do it", "{at}Two/x8").reask(2) else {
                    let x9 = classify::<Label>("Do it", "{at}Two/x8/else/x9")
                        .reask(1)
                        .confidence(0.8);
                    true
                };
            }
            Label::One => {
                let mut x10 = transform("Do it", "{at}One/x10 {x1}").reask(0);
            }
            _ => {
                let mut x11 = transform("Do it", "{at}_/x11").reask(1);
            }
        }
        format!("= {x6:?} {x5:?} {x4:?} {x2:?}")
    }
);

workflow!(
    pub async fn w14(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w02(at_x1));
        system("note 2");
        let at_x4 = format!("{at}x4/");
        let (x3, x4, x5) = join(
            transform("Do it", "{at}x3 {x1}").reask(1),
            run(w02(at_x4)),
            transform("Do it", "{at}x5").reask(2),
        );
        format!("= {x5:?} {x4:?} {x3:?} {x1:?}")
    }
);

workflow!(
    pub async fn w15(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1").reask(2);
        let at_x4 = format!("{at}x4/");
        let (x2, x3, x4) = join(
            binary("Do it", "{at}x2").reask(0),
            transform("Do it", "{at}x3").reask(2),
            run(w07(at_x4)),
        );
        let at_x5 = format!("{at}x5/");
        let x5 = run(w04(at_x5));
        let x6 = transform("Do it", "{at}x6").reask(1) else {
            "none".to_owned()
        };
        let x7 = match x1 {
            Label::One | Label::Three => {
                let x8 = binary("Do it", "{at}One+Three/x8").reask(0);
                let x9 = binary("Do it", "{at}One+Three/x9").reask(2) else {
                    let mut x10 = transform("Do it", "{at}One+Three/x9/else/x10").reask(2);
                    true
                };
                transform("Do it", "{at}One+Three/x7 {x5}").reask(2)
            }
            _ => {
                let x11 = classify::<Label>("Do it", "{at}_/x11 {x5}")
                    .reask(0)
                    .confidence(0.8);
                "none".to_owned()
            }
        };
        format!("= {x7:?} {x6:?} {x5:?} {x4:?}")
    }
);

workflow!(
    pub async fn w16(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(0);
        for r2 in 0..2 {
            let x3 = transform("Do it", "{at}r2[{r2}]/x3").reask(0);
            let x4 = binary("Do it", "{at}r2[{r2}]/x4 {x1}").reask(1);
            if x4 {
                break;
            }
        }
        let mut x5 = transform("Do it", "{at}x5").reask(1);
        let x6 = binary("Do it", "{at}x6").reask(0);
        if x6 {
            let at_x7 = format!("{at}then/x7/");
            let x7 = run(w01(at_x7));
            let x8 = classify::<Label>("Do it", "{at}then/x8 {x1}")
                .reask(2)
                .confidence(0.8);
            match x8 {
                Label::Two => {
                    let x9 = transform("Do it", "{at}then/Two/x9").reask(2);
                    if x6 {
                        let x10 = extract::<Fact>("Do it", "{at}then/Two/then/x10").reask(2);
                        let mut x11 = transform("Do it", "{at}then/Two/then/x11 {x1}").reask(1);
                    } else {
                        let at_x12 = format!("{at}then/Two/else/x12/");
                        let x12 = run(w01(at_x12));
                    }
                    return format!("= {x8:?} {x7:?} {x6:?} {x5:?}");
                }
                Label::One => {
                    let x13 = classify::<Label>("Do it", "{at}then/One/x13")
                        .reask(1)
                        .confidence(0.8);
                }
                _ => {
                    let at_x14 = format!("{at}then/_/x14/");
                    let x14 = run(w00(at_x14));
                }
            }
        } else {
            let x15 = transform("Do it", "{at}else/x15 {x5}").reask(1);
        }
        format!("= {x6:?} {x5:?} {x1:?}")
    }
);

workflow!(
    pub async fn w17(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(0);
        let (x2, x3) = join(
            binary("Do it", "{at}x2").reask(1),
            extract::<Fact>("Do it", "{at}x3 {x1}").reask(2).alone(),
        ) else {
            let x4 = binary("Do it", "{at}x2+x3/else/x4 {x1}").reask(1);
            return format!("= {x1:?}");
        };
        for r5 in 0..1 {
            let x6 = extract::<Fact>("Do it", "{at}r5[{r5}]/x6 {x1}").reask(1);
            let x7 = classify::<Label>("Do it", "{at}r5[{r5}]/x7 {x1}")
                .reask(2)
                .confidence(0.8);
            match x7 {
                Label::One => {
                    let x8 = extract::<Fact>("Do it", "{at}r5[{r5}]/One/x8").reask(1);
                    let x9 = binary("Do it", "{at}r5[{r5}]/One/x9").reask(1);
                    let x10 = binary("Do it", "{at}r5[{r5}]/One/x10").reask(2);
                    if x10 {
                        let x11 = classify::<Label>("Do it", "{at}r5[{r5}]/One/then/x11")
                            .reask(1)
                            .confidence(0.8);
                        continue;
                    }
                }
                Label::Two | Label::Three => {
                    let x12 = binary("Do it", "{at}r5[{r5}]/Two+Three/x12 {x1}")
                        .reask(1)
                        .alone();
                }
            }
            let x13 = binary("Do it", "{at}r5[{r5}]/x13 {x1}").reask(1);
            if x13 {
                continue;
            }
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w18(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w09(at_x1));
        let x2 = transform("Do it", "{at}x2 {x1}").reask(1) else {
            "none".to_owned()
        };
        let x3 = transform("Do it", "{at}x3").reask(0).alone() else {
            let x4 = classify::<Label>("Do it", "{at}x3/else/x4").reask(2);
            match x4 {
                Label::Two => {
                    let x5 = binary("Do it", "{at}x3/else/Two/x5").reask(2);
                    return format!("= {x4:?} {x2:?} {x1:?}");
                }
                Label::One => {
                    let x6 = extract::<Fact>("Do it", "{at}x3/else/One/x6 {x2}").reask(1);
                    let x7 = extract::<Fact>("Do it", "{at}x3/else/One/x7").reask(2);
                }
                _ => {
                    let x8 = transform("Do it", "{at}x3/else/_/x8 {x1}").reask(2);
                }
            }
            transform("Do it", "{at}x3/else/x3").reask(0)
        };
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w19(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1").reask(0);
        let x2 = transform("Do it", "{at}x2").reask(1).alone() else {
            "none".to_owned()
        };
        let x3 = binary("Do it", "{at}x3").reask(0) else {
            true
        };
        let x4 = classify::<Label>("Do it", "{at}x4")
            .reask(0)
            .confidence(0.8);
        match x4 {
            Label::One | Label::Three => {
                let x5 = transform("Do it", "{at}One+Three/x5").reask(0);
            }
            _ => {
                let x6 = binary("Do it", "{at}_/x6 {x2}").reask(2);
                let x7 = classify::<Label>("Do it", "{at}_/x7 {x2}")
                    .reask(0)
                    .confidence(0.8);
                let x8 = match x7 {
                    Label::One => {
                        let at_x9 = format!("{at}_/One/x9/");
                        let x9 = run(w09(at_x9));
                        let mut x10 = transform("Do it", "{at}_/One/x10").reask(1);
                        "none".to_owned()
                    }
                    Label::Two | Label::Three => {
                        let mut x11 = transform("Do it", "{at}_/Two+Three/x11").reask(2);
                        "none".to_owned()
                    }
                };
            }
        }
        format!("= {x4:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w20(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1);
        let x2 = classify::<Label>("Do it", "{at}x2")
            .reask(2)
            .confidence(0.8);
        match x2 {
            Label::One | Label::Three => {
                let x3 = transform("Do it", "{at}One+Three/x3").reask(0);
                user("note 4");
                let x5 = binary("Do it", "{at}One+Three/x5").reask(2) else {
                    let x6 = transform("Do it", "{at}One+Three/x5/else/x6").reask(0);
                    if x1 {
                        let x7 = binary("Do it", "{at}One+Three/x5/else/then/x7 {x3}")
                            .reask(0)
                            .alone();
                    }
                    binary("Do it", "{at}One+Three/x5/else/x5").reask(0)
                };
                return format!("= {x2:?} {x1:?}");
            }
            _ => {
                let at_x8 = format!("{at}_/x8/");
                let x8 = run(w06(at_x8));
            }
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w21(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(0);
        user("note 2");
        let x3 = extract::<Fact>("Do it", "{at}x3").reask(2);
        let x4 = transform("Do it", "{at}x4").reask(1) else {
            "none".to_owned()
        };
        let mut x5 = transform("Do it", "{at}x5 {x4}").reask(0);
        format!("= {x5:?} {x4:?} {x3:?} {x1:?}")
    }
);

workflow!(
    pub async fn w22(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(1);
        for r2 in 0..2 {
            let x3 = classify::<Label>("Do it", "{at}r2[{r2}]/x3")
                .reask(2)
                .confidence(0.8);
            let mut x4 = transform("Do it", "{at}r2[{r2}]/x4").reask(2).alone();
            let x5 = extract::<Fact>("Do it", "{at}r2[{r2}]/x5").reask(0);
            x1 = transform("Do it", "{at}r2[{r2}]/x1").reask(1);
        }
        let x6 = classify::<Label>("Do it", "{at}x6").reask(1);
        let x7 = match x6 {
            Label::Two => {
                let x8 = binary("Do it", "{at}Two/x8 {x1}").reask(1);
                return format!("= {x6:?} {x1:?}");
            }
            Label::One => {
                let x9 = transform("Do it", "{at}One/x9 {x1}").reask(0);
                "none".to_owned()
            }
            _ => {
                let mut x10 = transform("Do it", "{at}_/x10").reask(0);
                transform("Do it", "{at}_/x7").reask(2)
            }
        };
        format!("= {x7:?} {x6:?} {x1:?}")
    }
);

workflow!(
    pub async fn w23(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1").reask(2);
        let x2 = classify::<Label>("Do it", "{at}x2").reask(1) else {
            Label::Two
        };
        let x3 = classify::<Label>("Do it", "{at}x3")
            .reask(2)
            .confidence(0.8);
        match x3 {
            Label::Two => {
                let x4 = extract::<Fact>("Do it", "{at}Two/x4").reask(1);
                let x5 = binary("Do it", "{at}Two/x5").reask(2);
                if x5 {
                    let x6 = transform("Do it", "{at}Two/then/x6").reask(0);
                    let x7 = binary("Do it", "{at}Two/then/x7").reask(2).alone();
                    if x7 {
                        let x8 = classify::<Label>("Do it", "{at}Two/then/then/x8")
                            .reask(2)
                            .confidence(0.8);
                    } else {
                        let x9 = classify::<Label>("Do it", "{at}Two/then/else/x9").reask(2);
                        let x10 = classify::<Label>("Do it", "{at}Two/then/else/x10").reask(0)
                        else {
                            return format!("= {x9:?} {x7:?} {x6:?} {x5:?}");
                        };
                        let x11 = classify::<Label>("Do it", "{at}Two/then/else/x11").reask(2)
                        else {
                            classify::<Label>("Do it", "{at}Two/then/else/x11/else/x11").reask(2)
                        };
                    }
                    return format!("= {x5:?} {x4:?} {x3:?} {x2:?}");
                } else {
                    let x12 = extract::<Fact>("Do it", "{at}Two/else/x12").reask(0);
                }
                return format!("= {x3:?} {x2:?} {x1:?}");
            }
            Label::One => {
                let x13 = classify::<Label>("Do it", "{at}One/x13").reask(1);
            }
            _ => {
                let x14 = classify::<Label>("Do it", "{at}_/x14").reask(1).alone();
            }
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w24(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(2);
        for r2 in 0..1 {
            let x3 = binary("Do it", "{at}r2[{r2}]/x3 {x1}").reask(0);
        }
        for r4 in 0..2 {
            let x5 = classify::<Label>("Do it", "{at}r4[{r4}]/x5").reask(2);
            let x6 = binary("Do it", "{at}r4[{r4}]/x6 {x1}").reask(0);
            if x6 {
                continue;
            }
        }
        format!("= {x1:?}")
    }
);

workflow!(
    pub async fn w25(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(1);
        let x2 = transform("Do it", "{at}x2").reask(1) else {
            transform("Do it", "{at}x2/else/x2").reask(1)
        };
        let at_x3 = format!("{at}x3/");
        let x3 = run(w02(at_x3)) else {
            return format!("= {x2:?} {x1:?}");
        };
        for r4 in 0..1 {
            let mut x5 = transform("Do it", "{at}r4[{r4}]/x5").reask(0);
            let at_x6 = format!("{at}r4[{r4}]/x6/");
            let (x6, x7, x8, x9, x10) = join(
                run(w07(at_x6)),
                transform("Do it", "{at}r4[{r4}]/x7 {x2}").reask(2),
                classify::<Label>("Do it", "{at}r4[{r4}]/x8")
                    .reask(2)
                    .confidence(0.8)
                    .alone(),
                extract::<Fact>("Do it", "{at}r4[{r4}]/x9").reask(1),
                transform("Do it", "{at}r4[{r4}]/x10 {x2}").reask(2),
            ) else {
                let x11 = classify::<Label>("Do it", "{at}r4[{r4}]/x6+x7+x8+x9+x10/else/x11 {x2}")
                    .reask(2);
                break;
            };
            let x12 = binary("Do it", "{at}r4[{r4}]/x12 {x3}").reask(0);
            if x12 {
                continue;
            }
            let x13 = transform("Do it", "{at}r4[{r4}]/x13 {x3}").reask(1);
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w26(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(0).alone();
        for r2 in 0..3 {
            let mut x3 = transform("Do it", "{at}r2[{r2}]/x3").reask(0);
            let x4 = transform("Do it", "{at}r2[{r2}]/x4").reask(0) else {
                let x5 = transform("Do it", "{at}r2[{r2}]/x4/else/x5").reask(2);
                let x6 = extract::<Fact>("Do it", "{at}r2[{r2}]/x4/else/x6 {x3}").reask(1);
                let x7 = extract::<Fact>("Do it", "{at}r2[{r2}]/x4/else/x7").reask(1);
                "none".to_owned()
            };
            let x8 = binary("Do it", "{at}r2[{r2}]/x8").reask(1);
            if x8 {
                continue;
            }
        }
        format!("= {x1:?}")
    }
);

workflow!(
    pub async fn w27(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(0);
        let x2 = binary("Do it", "{at}x2").reask(2);
        let x3 = classify::<Label>("Do it", "{at}x3")
            .reask(0)
            .confidence(0.8);
        let x4 = classify::<Label>("Do it", "{at}x4").reask(1);
        match x4 {
            Label::One | Label::Three => {
                let x5 = transform("Do it", "{at}One+Three/x5").reask(2);
                for r6 in 0..3 {
                    let at_x7 = format!("{at}One+Three/r6[{r6}]/x7/");
                    let x7 = run(w03(at_x7));
                    let x8 = binary("Do it", "{at}One+Three/r6[{r6}]/x8").reask(1);
                    if x8 {
                        break;
                    }
                }
                let mut x9 = transform("Do it", "{at}One+Three/x9 {x5}").reask(0);
            }
            _ => {
                let mut x10 = transform("Do it", "{at}_/x10").reask(2);
                system("note 11");
                assistant("note 12");
            }
        }
        let x13 = match x4 {
            Label::One => {
                let x14 = binary("Do it", "{at}One/x14").reask(1);
                if x14 {
                    let mut x15 = transform("Do it", "{at}One/then/x15").reask(2);
                    let x16 = binary("Do it", "{at}One/then/x16").reask(1);
                }
                transform("Do it", "{at}One/x13").reask(2)
            }
            Label::Two | Label::Three => {
                let x17 = classify::<Label>("Do it", "{at}Two+Three/x17").reask(2);
                transform("Do it", "{at}Two+Three/x13").reask(0)
            }
        };
        format!("= {x13:?} {x4:?} {x3:?} {x2:?}")
    }
);

workflow!(
    pub async fn w28(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(2).alone();
        let x2 = binary("Do it", "{at}x2").reask(2);
        if x2 {
            let at_x3 = format!("{at}then/x3/");
            let x3 = run(w05(at_x3));
            return format!("= {x2:?} {x1:?}");
        } else {
            let x4 = transform("Do it", "{at}else/x4").reask(2);
            let at_x6 = format!("{at}else/x6/");
            let (x5, x6) = join(
                transform("Do it", "{at}else/x5 {x4}").reask(0),
                run(w04(at_x6)),
            );
        }
        let x7 = extract::<Fact>("Do it", "{at}x7").reask(1);
        if x2 {
            let x8 = extract::<Fact>("Do it", "{at}then/x8").reask(2);
        } else {
            let x9 = extract::<Fact>("Do it", "{at}else/x9").reask(2).alone();
            let x10 = classify::<Label>("Do it", "{at}else/x10")
                .reask(2)
                .confidence(0.8)
                .alone()
            else {
                Label::Two
            };
        }
        let x11 = transform("Do it", "{at}x11").reask(1) else {
            let at_x12 = format!("{at}x11/else/x12/");
            let x12 = run(w04(at_x12));
            transform("Do it", "{at}x11/else/x11").reask(0).alone()
        };
        format!("= {x11:?} {x7:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w29(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(2);
        assistant("note 2");
        for r3 in 0..2 {
            let x4 = binary("Do it", "{at}r3[{r3}]/x4").reask(1);
            if x4 {
                let x5 = extract::<Fact>("Do it", "{at}r3[{r3}]/then/x5 {x1}")
                    .reask(2)
                    .alone();
                let x6 = classify::<Label>("Do it", "{at}r3[{r3}]/then/x6 {x1}")
                    .reask(0)
                    .confidence(0.8);
                let x7 = match x6 {
                    Label::One => {
                        let mut x8 = transform("Do it", "{at}r3[{r3}]/then/One/x8")
                            .reask(0)
                            .alone();
                        let at_x9 = format!("{at}r3[{r3}]/then/One/x9/");
                        let x9 = run(w03(at_x9));
                        "none".to_owned()
                    }
                    Label::Two | Label::Three => {
                        let x10 =
                            extract::<Fact>("Do it", "{at}r3[{r3}]/then/Two+Three/x10").reask(1);
                        let x11 = binary("Do it", "{at}r3[{r3}]/then/Two+Three/x11").reask(1);
                        if x11 {
                            continue;
                        }
                        let mut x12 =
                            transform("Do it", "{at}r3[{r3}]/then/Two+Three/x12").reask(0);
                        transform("Do it", "{at}r3[{r3}]/then/Two+Three/x7 {x1}").reask(0)
                    }
                };
            }
            let x13 = binary("Do it", "{at}r3[{r3}]/x13").reask(0).alone();
            if x13 {
                break;
            }
        }
        format!("= {x1:?}")
    }
);

workflow!(
    pub async fn w30(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(1);
        let x2 = binary("Do it", "{at}x2").reask(2).alone() else {
            let at_x3 = format!("{at}x2/else/x3/");
            let x3 = run(w04(at_x3));
            let x4 = binary("Do it", "{at}x2/else/x4 {x3}").reask(2);
            return format!("= {x1:?}");
        };
        let at_x5 = format!("{at}x5/");
        let x5 = run(w08(at_x5));
        let x6 = classify::<Label>("Do it", "{at}x6 {x5}").reask(2);
        let x7 = match x6 {
            Label::One => {
                let x8 = binary("Do it", "{at}One/x8").reask(0);
                let x9 = binary("Do it", "{at}One/x9 {x5}").reask(1);
                let mut x10 = transform("Do it", "{at}One/x10").reask(0);
                "none".to_owned()
            }
            Label::Two | Label::Three => {
                let x11 = transform("Do it", "{at}Two+Three/x11").reask(2);
                let x12 = classify::<Label>("Do it", "{at}Two+Three/x12")
                    .reask(0)
                    .confidence(0.8);
                let x13 = match x12 {
                    Label::One | Label::Three => {
                        let x14 = classify::<Label>("Do it", "{at}Two+Three/One+Three/x14 {x1}")
                            .reask(2)
                            .confidence(0.8);
                        "none".to_owned()
                    }
                    _ => {
                        let x15 = transform("Do it", "{at}Two+Three/_/x15 {x5}").reask(1);
                        transform("Do it", "{at}Two+Three/_/x13").reask(1)
                    }
                };
                "none".to_owned()
            }
        };
        format!("= {x7:?} {x6:?} {x5:?} {x2:?}")
    }
);

workflow!(
    pub async fn w31(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w11(at_x1));
        let x2 = binary("Do it", "{at}x2").reask(0);
        if x2 {
            let x3 = transform("Do it", "{at}then/x3").reask(0);
            for r4 in 0..1 {
                let x5 = classify::<Label>("Do it", "{at}then/r4[{r4}]/x5").reask(2);
                let x6 = classify::<Label>("Do it", "{at}then/r4[{r4}]/x6").reask(2) else {
                    let x7 = transform("Do it", "{at}then/r4[{r4}]/x6/else/x7 {x1}").reask(0);
                    break;
                };
            }
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w32(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(0);
        let x2 = classify::<Label>("Do it", "{at}x2").reask(0).alone() else {
            let x3 = binary("Do it", "{at}x2/else/x3").reask(0);
            return format!("= {x1:?}");
        };
        let x4 = match x2 {
            Label::One => {
                let mut x5 = transform("Do it", "{at}One/x5").reask(0);
                let at_x9 = format!("{at}One/x9/");
                let (x6, x7, x8, x9) = join(
                    transform("Do it", "{at}One/x6").reask(2),
                    transform("Do it", "{at}One/x7").reask(0),
                    classify::<Label>("Do it", "{at}One/x8 {x5}")
                        .reask(0)
                        .confidence(0.8),
                    run(w03(at_x9)),
                ) else {
                    let at_x10 = format!("{at}One/x6+x7+x8+x9/else/x10/");
                    let x10 = run(w07(at_x10));
                    return format!("= {x5:?} {x2:?} {x1:?}");
                };
                transform("Do it", "{at}One/x4").reask(0)
            }
            Label::Two | Label::Three => {
                let at_x11 = format!("{at}Two+Three/x11/");
                let x11 = run(w01(at_x11));
                "none".to_owned()
            }
        };
        format!("= {x4:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w33(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(0);
        let at_x2 = format!("{at}x2/");
        let x2 = run(w10(at_x2));
        let (x3, x4) = join(
            extract::<Fact>("Do it", "{at}x3").reask(1),
            transform("Do it", "{at}x4 {x2}").reask(2),
        ) else {
            let x5 = extract::<Fact>("Do it", "{at}x3+x4/else/x5 {x2}").reask(1);
            for r6 in 0..3 {
                let x7 = classify::<Label>("Do it", "{at}x3+x4/else/r6[{r6}]/x7 {x2}").reask(1);
                let x8 = binary("Do it", "{at}x3+x4/else/r6[{r6}]/x8")
                    .reask(0)
                    .alone()
                else {
                    let mut x9 = transform("Do it", "{at}x3+x4/else/r6[{r6}]/x8/else/x9").reask(1);
                    let x10 = binary("Do it", "{at}x3+x4/else/r6[{r6}]/x8/else/x10").reask(0);
                    let at_x11 = format!("{at}x3+x4/else/r6[{r6}]/x8/else/x11/");
                    let x11 = run(w07(at_x11)) else {
                        "none".to_owned()
                    };
                    true
                };
                if x8 {
                    let at_x12 = format!("{at}x3+x4/else/r6[{r6}]/then/x12/");
                    let x12 = run(w07(at_x12));
                } else {
                    let mut x13 =
                        transform("Do it", "{at}x3+x4/else/r6[{r6}]/else/x13 {x2}").reask(1);
                }
                let x14 = binary("Do it", "{at}x3+x4/else/r6[{r6}]/x14").reask(1);
                if x14 {
                    continue;
                }
            }
            (Fact { n: 0 }, "none".to_owned())
        };
        format!("= {x4:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w34(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(1).alone();
        let x2 = binary("Do it", "{at}x2").reask(1);
        if x2 {
            let at_x3 = format!("{at}then/x3/");
            let x3 = run(w01(at_x3));
            let x4 = classify::<Label>("Do it", "{at}then/x4 {x1}")
                .reask(0)
                .confidence(0.8);
        } else {
            let at_x5 = format!("{at}else/x5/");
            let x5 = run(w01(at_x5));
            let at_x6 = format!("{at}else/x6/");
            let x6 = run(w00(at_x6)) else {
                return format!("= {x5:?} {x2:?} {x1:?}");
            };
            let mut x7 = transform("Do it", "{at}else/x7 {x1}").reask(0);
        }
        let x8 = extract::<Fact>("Do it", "{at}x8").reask(2);
        let at_x9 = format!("{at}x9/");
        let x9 = run(w11(at_x9));
        for r10 in 0..2 {
            let at_x11 = format!("{at}r10[{r10}]/x11/");
            let x11 = run(w08(at_x11));
            let x12 = binary("Do it", "{at}r10[{r10}]/x12 {x1}").reask(0);
            if x12 {
                break;
            }
        }
        format!("= {x9:?} {x8:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w35(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1")
            .reask(0)
            .confidence(0.8);
        for r2 in 0..1 {
            let x3 = extract::<Fact>("Do it", "{at}r2[{r2}]/x3").reask(0);
            let x4 = extract::<Fact>("Do it", "{at}r2[{r2}]/x4").reask(2) else {
                Fact { n: 0 }
            };
            let x5 = binary("Do it", "{at}r2[{r2}]/x5").reask(0);
            if x5 {
                continue;
            }
            let mut x6 = transform("Do it", "{at}r2[{r2}]/x6").reask(0);
        }
        let x7 = transform("Do it", "{at}x7").reask(0);
        let x8 = transform("Do it", "{at}x8 {x7}").reask(1);
        let at_x10 = format!("{at}x10/");
        let (x9, x10, x11) = join(
            classify::<Label>("Do it", "{at}x9").reask(0),
            run(w01(at_x10)),
            transform("Do it", "{at}x11").reask(1),
        );
        format!("= {x11:?} {x10:?} {x9:?} {x8:?}")
    }
);

workflow!(
    pub async fn w36(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(2);
        let x2 = classify::<Label>("Do it", "{at}x2").reask(1);
        let x3 = match x2 {
            Label::One => {
                let x4 = transform("Do it", "{at}One/x4").reask(1);
                "none".to_owned()
            }
            Label::Two | Label::Three => {
                let x5 = binary("Do it", "{at}Two+Three/x5").reask(1);
                transform("Do it", "{at}Two+Three/x3").reask(0)
            }
        };
        for r6 in 0..3 {
            let x7 = classify::<Label>("Do it", "{at}r6[{r6}]/x7 {x3}")
                .reask(2)
                .alone();
            let at_x8 = format!("{at}r6[{r6}]/x8/");
            let (x8, x9, x10) = join(
                run(w01(at_x8)),
                transform("Do it", "{at}r6[{r6}]/x9").reask(0),
                transform("Do it", "{at}r6[{r6}]/x10").reask(1),
            );
            let x11 = transform("Do it", "{at}r6[{r6}]/x11 {x3}").reask(2).alone();
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w37(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(1);
        let x2 = binary("Do it", "{at}x2").reask(2);
        if x2 {
            let x3 = extract::<Fact>("Do it", "{at}then/x3").reask(2);
            let x4 = binary("Do it", "{at}then/x4").reask(0) else {
                let at_x5 = format!("{at}then/x4/else/x5/");
                let x5 = run(w05(at_x5));
                let (x6, x7, x8) = join(
                    classify::<Label>("Do it", "{at}then/x4/else/x6 {x1}").reask(1),
                    transform("Do it", "{at}then/x4/else/x7").reask(1),
                    extract::<Fact>("Do it", "{at}then/x4/else/x8").reask(2),
                );
                true
            };
            return format!("= {x2:?} {x1:?}");
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w38(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(0).alone();
        let x2 = binary("Do it", "{at}x2").reask(2);
        if x2 {
            let x3 = classify::<Label>("Do it", "{at}then/x3").reask(1);
            return format!("= {x2:?} {x1:?}");
        } else {
            let x4 = extract::<Fact>("Do it", "{at}else/x4 {x1}").reask(0);
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w39(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1);
        for r2 in 0..2 {
            let x3 = binary("Do it", "{at}r2[{r2}]/x3").reask(1);
            let x4 = extract::<Fact>("Do it", "{at}r2[{r2}]/x4").reask(2) else {
                let at_x5 = format!("{at}r2[{r2}]/x4/else/x5/");
                let x5 = run(w11(at_x5));
                return format!("= {x3:?} {x1:?}");
            };
            let x6 = transform("Do it", "{at}r2[{r2}]/x6").reask(1) else {
                return format!("= {x4:?} {x3:?} {x1:?}");
            };
            let x7 = binary("Do it", "{at}r2[{r2}]/x7").reask(1);
            if x7 {
                continue;
            }
        }
        for r8 in 0..3 {
            let mut x9 = transform("Do it", "{at}r8[{r8}]/x9").reask(1);
            let x10 = binary("Do it", "{at}r8[{r8}]/x10").reask(0);
            if x10 {
                continue;
            }
        }
        let x11 = binary("Do it", "{at}x11").reask(1).alone();
        if x11 {
            let x12 = transform("Do it", "{at}then/x12").reask(1);
        }
        let x13 = classify::<Label>("Do it", "{at}x13")
            .reask(0)
            .confidence(0.8)
            .alone();
        let x14 = binary("Do it", "{at}x14").reask(0);
        if x14 {
            let x15 = classify::<Label>("Do it", "{at}then/x15")
                .reask(1)
                .confidence(0.8)
                .alone();
            return format!("= {x14:?} {x13:?} {x11:?} {x1:?}");
        } else {
            let x16 = transform("Do it", "{at}else/x16").reask(2);
        }
        format!("= {x14:?} {x13:?} {x11:?} {x1:?}")
    }
);

workflow!(
    pub async fn w40(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1).alone();
        user("note 2");
        let at_x3 = format!("{at}x3/");
        let x3 = run(w00(at_x3));
        let at_x4 = format!("{at}x4/");
        let x4 = run(w01(at_x4));
        let x5 = transform("Do it", "{at}x5 {x3}").reask(2).alone() else {
            return format!("= {x4:?} {x3:?} {x1:?}");
        };
        let mut x6 = transform("Do it", "{at}x6 {x3}").reask(1);
        for r7 in 0..2 {
            let x8 = classify::<Label>("Do it", "{at}r7[{r7}]/x8")
                .reask(1)
                .confidence(0.8);
            let x9 = binary("Do it", "{at}r7[{r7}]/x9").reask(1);
            if x9 {
                continue;
            }
            let x10 = binary("Do it", "{at}r7[{r7}]/x10").reask(0);
            if x10 {
                continue;
            }
            x6 = transform("Do it", "{at}r7[{r7}]/x6 {x3}").reask(2);
        }
        format!("= {x6:?} {x5:?} {x4:?} {x3:?}")
    }
);

workflow!(
    pub async fn w41(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w07(at_x1));
        let x2 = binary("Do it", "{at}x2").reask(1);
        if x2 {
            let mut x3 = transform("Do it", "{at}then/x3 {x1}").reask(2);
            let mut x4 = transform("Do it", "{at}then/x4").reask(1);
            return format!("= {x2:?} {x1:?}");
        } else {
            let x5 = extract::<Fact>("Do it", "{at}else/x5").reask(0);
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w42(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w02(at_x1));
        let x2 = classify::<Label>("Do it", "{at}x2 {x1}")
            .reask(1)
            .confidence(0.8);
        match x2 {
            Label::Two => {
                let x3 = extract::<Fact>("Do it", "{at}Two/x3").reask(0);
                system("note 4");
            }
            Label::One => {
                let x5 = transform("Do it", "{at}One/x5").reask(1);
            }
            _ => {
                let x6 = binary("Do it", "{at}_/x6").reask(2);
                user("note 7");
                let x8 = extract::<Fact>("Do it", "{at}_/x8").reask(0).alone() else {
                    let mut x9 = transform("Do it", "{at}_/x8/else/x9 {x1}").reask(1);
                    let x10 = transform("Do it", "{at}_/x8/else/x10").reask(1) else {
                        let x11 = transform("Do it", "{at}_/x8/else/x10/else/x11 {x1}").reask(0);
                        let x12 =
                            classify::<Label>("Do it", "{at}_/x8/else/x10/else/x12 {x1}").reask(2);
                        return format!("= {x9:?} {x6:?} {x2:?} {x1:?}");
                    };
                    extract::<Fact>("Do it", "{at}_/x8/else/x8 {x1}").reask(0)
                };
            }
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w43(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1").reask(1);
        let x2 = classify::<Label>("Do it", "{at}x2").reask(2) else {
            classify::<Label>("Do it", "{at}x2/else/x2").reask(1)
        };
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w44(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1);
        system("note 2");
        for r3 in 0..1 {
            let x4 = classify::<Label>("Do it", "{at}r3[{r3}]/x4").reask(0);
            for r5 in 0..1 {
                let at_x6 = format!("{at}r3[{r3}]/r5[{r5}]/x6/");
                let x6 = run(w08(at_x6));
                let x7 = binary("Do it", "{at}r3[{r3}]/r5[{r5}]/x7 {x6}")
                    .reask(1)
                    .alone();
                if x7 {
                    continue;
                }
                if x7 {
                    let x8 = transform("Do it", "{at}r3[{r3}]/r5[{r5}]/then/x8 {x6}").reask(0);
                    let at_x9 = format!("{at}r3[{r3}]/r5[{r5}]/then/x9/");
                    let x9 = run(w01(at_x9));
                }
            }
            for r10 in 0..1 {
                let mut x11 = transform("Do it", "{at}r3[{r3}]/r10[{r10}]/x11")
                    .reask(1)
                    .alone();
            }
            let x12 = binary("Do it", "{at}r3[{r3}]/x12").reask(2);
        }
        if x1 {
            let x13 = binary("Do it", "{at}then/x13").reask(2);
            let x14 = extract::<Fact>("Do it", "{at}then/x14").reask(0).alone() else {
                extract::<Fact>("Do it", "{at}then/x14/else/x14").reask(2)
            };
            return format!("= {x1:?}");
        } else {
            let x15 = extract::<Fact>("Do it", "{at}else/x15").reask(1);
        }
        format!("= {x1:?}")
    }
);

workflow!(
    pub async fn w45(at: String) -> String {
        let mut x1 = transform("Do it", "{at}x1").reask(1);
        let x2 = binary("Do it", "{at}x2").reask(1);
        if x2 {
            let x3 = classify::<Label>("Do it", "{at}then/x3")
                .reask(2)
                .confidence(0.8);
        } else {
            let mut x4 = transform("Do it", "{at}else/x4").reask(1).alone();
        }
        let mut x5 = transform("Do it", "{at}x5").reask(2).alone();
        let x6 = classify::<Label>("Do it", "{at}x6")
            .reask(2)
            .confidence(0.8);
        let x7 = match x6 {
            Label::One => {
                let mut x8 = transform("Do it", "{at}One/x8").reask(1);
                let x9 = binary("Do it", "{at}One/x9").reask(1) else {
                    let x10 = classify::<Label>("Do it", "{at}One/x9/else/x10 {x1}").reask(0);
                    return format!("= {x8:?} {x6:?} {x5:?} {x2:?}");
                };
                return format!("= {x6:?} {x5:?} {x2:?} {x1:?}");
            }
            Label::Two | Label::Three => {
                let at_x11 = format!("{at}Two+Three/x11/");
                let x11 = run(w03(at_x11));
                transform("Do it", "{at}Two+Three/x7 {x1}").reask(2)
            }
        };
        format!("= {x7:?} {x6:?} {x5:?} {x2:?}")
    }
);

workflow!(
    pub async fn w46(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(1);
        let x2 = classify::<Label>("Do it", "{at}x2")
            .reask(2)
            .confidence(0.8);
        let x3 = classify::<Label>("Do it", "{at}x3")
            .reask(0)
            .confidence(0.8);
        let at_x4 = format!("{at}x4/");
        let x4 = run(w08(at_x4));
        format!("= {x4:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w47(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(0);
        let x2 = extract::<Fact>("Do it", "{at}x2 {x1}").reask(1) else {
            let x3 = transform("Do it", "{at}x2/else/x3 {x1}").reask(0);
            let at_x6 = format!("{at}x2/else/x6/");
            let (x4, x5, x6, x7, x8) = join(
                binary("Do it", "{at}x2/else/x4").reask(0),
                transform("Do it", "{at}x2/else/x5").reask(2),
                run(w04(at_x6)),
                transform("Do it", "{at}x2/else/x7").reask(1).alone(),
                extract::<Fact>("Do it", "{at}x2/else/x8 {x1}").reask(1),
            ) else {
                (
                    true,
                    "none".to_owned(),
                    "none".to_owned(),
                    "none".to_owned(),
                    Fact { n: 0 },
                )
            };
            Fact { n: 0 }
        };
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w48(at: String) -> String {
        let x1 = transform("Do it", "{at}x1").reask(2);
        let x2 = transform("Do it", "{at}x2").reask(0);
        let mut x3 = transform("Do it", "{at}x3").reask(0);
        for r4 in 0..3 {
            let x5 = extract::<Fact>("Do it", "{at}r4[{r4}]/x5").reask(1);
            x3 = transform("Do it", "{at}r4[{r4}]/x3").reask(0);
        }
        format!("= {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w49(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w10(at_x1));
        let mut x2 = transform("Do it", "{at}x2").reask(1);
        let x3 = binary("Do it", "{at}x3").reask(0);
        if x3 {
            let x4 = binary("Do it", "{at}then/x4").reask(1);
            if x4 {
                let x5 = transform("Do it", "{at}then/then/x5").reask(0);
            }
            let mut x6 = transform("Do it", "{at}then/x6").reask(1);
        }
        let x7 = transform("Do it", "{at}x7").reask(2) else {
            let x8 = transform("Do it", "{at}x7/else/x8").reask(0).alone();
            "none".to_owned()
        };
        format!("= {x7:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w50(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1")
            .reask(2)
            .confidence(0.8);
        let x2 = match x1 {
            Label::One => {
                let at_x3 = format!("{at}One/x3/");
                let x3 = run(w06(at_x3));
                let x4 = transform("Do it", "{at}One/x4").reask(0) else {
                    "none".to_owned()
                };
                "none".to_owned()
            }
            Label::Two | Label::Three => {
                let x5 = binary("Do it", "{at}Two+Three/x5").reask(0);
                let x6 = match x1 {
                    Label::One => {
                        let x7 = binary("Do it", "{at}Two+Three/One/x7").reask(0);
                        let (x8, x9, x10) = join(
                            extract::<Fact>("Do it", "{at}Two+Three/One/x8").reask(1),
                            transform("Do it", "{at}Two+Three/One/x9").reask(1),
                            extract::<Fact>("Do it", "{at}Two+Three/One/x10").reask(1),
                        ) else {
                            let x11 =
                                extract::<Fact>("Do it", "{at}Two+Three/One/x8+x9+x10/else/x11")
                                    .reask(2);
                            (Fact { n: 0 }, "none".to_owned(), Fact { n: 0 })
                        };
                        transform("Do it", "{at}Two+Three/One/x6").reask(1)
                    }
                    Label::Two | Label::Three => {
                        let x12 = transform("Do it", "{at}Two+Three/Two+Three/x12").reask(1);
                        "none".to_owned()
                    }
                };
                transform("Do it", "{at}Two+Three/x2").reask(1)
            }
        };
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w51(at: String) -> String {
        let x1 = classify::<Label>("Do it", "{at}x1").reask(2);
        let x2 = extract::<Fact>("Do it", "{at}x2").reask(0);
        let x3 = binary("Do it", "{at}x3").reask(0);
        let at_x6 = format!("{at}x6/");
        let (x4, x5, x6, x7, x8) = join(
            transform("Do it", "{at}x4").reask(1),
            extract::<Fact>("Do it", "{at}x5").reask(1).alone(),
            run(w05(at_x6)),
            extract::<Fact>("Do it", "{at}x7").reask(0),
            extract::<Fact>("Do it", "{at}x8").reask(2),
        );
        format!("= {x8:?} {x7:?} {x6:?} {x5:?}")
    }
);

workflow!(
    pub async fn w52(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(2);
        let x2 = extract::<Fact>("Do it", "{at}x2").reask(2) else {
            let x3 = classify::<Label>("Do it", "{at}x2/else/x3")
                .reask(0)
                .confidence(0.8);
            Fact { n: 0 }
        };
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w53(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w00(at_x1));
        let (x2, x3, x4, x5) = join(
            classify::<Label>("Do it", "{at}x2")
                .reask(2)
                .confidence(0.8),
            transform("Do it", "{at}x3 {x1}").reask(1),
            transform("Do it", "{at}x4").reask(1),
            transform("Do it", "{at}x5").reask(2),
        ) else {
            return format!("= {x1:?}");
        };
        format!("= {x5:?} {x4:?} {x3:?} {x2:?}")
    }
);

workflow!(
    pub async fn w54(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(2);
        let (x2, x3, x4, x5, x6) = join(
            binary("Do it", "{at}x2").reask(0).alone(),
            classify::<Label>("Do it", "{at}x3")
                .reask(1)
                .confidence(0.8),
            transform("Do it", "{at}x4").reask(0),
            binary("Do it", "{at}x5").reask(2),
            extract::<Fact>("Do it", "{at}x6").reask(2),
        );
        system("note 7");
        let (x8, x9) = join(
            extract::<Fact>("Do it", "{at}x8").reask(2),
            extract::<Fact>("Do it", "{at}x9 {x4}").reask(2),
        ) else {
            let mut x10 = transform("Do it", "{at}x8+x9/else/x10").reask(0);
            (Fact { n: 0 }, Fact { n: 0 })
        };
        format!("= {x9:?} {x8:?} {x6:?} {x5:?}")
    }
);

workflow!(
    pub async fn w55(at: String) -> String {
        let at_x1 = format!("{at}x1/");
        let x1 = run(w01(at_x1));
        let x2 = binary("Do it", "{at}x2").reask(0) else {
            return format!("= {x1:?}");
        };
        let at_x3 = format!("{at}x3/");
        let x3 = run(w10(at_x3));
        let x4 = transform("Do it", "{at}x4 {x3}").reask(1).alone() else {
            transform("Do it", "{at}x4/else/x4 {x1}").reask(2)
        };
        if x2 {
            let x5 = extract::<Fact>("Do it", "{at}then/x5").reask(1);
        } else {
            let x6 = transform("Do it", "{at}else/x6").reask(1);
            for r7 in 0..1 {
                let x8 = transform("Do it", "{at}else/r7[{r7}]/x8").reask(1);
                let x9 = extract::<Fact>("Do it", "{at}else/r7[{r7}]/x9").reask(1) else {
                    extract::<Fact>("Do it", "{at}else/r7[{r7}]/x9/else/x9").reask(0)
                };
                let x10 = classify::<Label>("Do it", "{at}else/r7[{r7}]/x10 {x6}").reask(1);
            }
        }
        format!("= {x4:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w56(at: String) -> String {
        let x1 = binary("Do it", "{at}x1").reask(0);
        system("note 2");
        let mut x3 = transform("Do it", "{at}x3").reask(1);
        for r4 in 0..3 {
            let x5 = transform("Do it", "{at}r4[{r4}]/x5").reask(1);
            if x1 {
                let x6 = transform("Do it", "{at}r4[{r4}]/then/x6").reask(1);
                let x7 = binary("Do it", "{at}r4[{r4}]/then/x7 {x5}")
                    .reask(1)
                    .alone();
                let x8 = classify::<Label>("Do it", "{at}r4[{r4}]/then/x8 {x6}")
                    .reask(0)
                    .confidence(0.8);
            }
            let x9 = classify::<Label>("Do it", "{at}r4[{r4}]/x9").reask(2);
            match x9 {
                Label::One | Label::Three => {
                    let mut x10 = transform("Do it", "{at}r4[{r4}]/One+Three/x10").reask(2);
                }
                _ => {
                    let x11 = transform("Do it", "{at}r4[{r4}]/_/x11 {x3}").reask(1);
                    let x12 = binary("Do it", "{at}r4[{r4}]/_/x12").reask(1);
                    user("note 13");
                }
            }
            let x14 = binary("Do it", "{at}r4[{r4}]/x14").reask(1);
            if x14 {
                break;
            }
            x3 = transform("Do it", "{at}r4[{r4}]/x3").reask(2);
        }
        format!("= {x3:?} {x1:?}")
    }
);

workflow!(
    pub async fn w57(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(1);
        let x2 = binary("Do it", "{at}x2").reask(2);
        if x2 {
            let x3 = transform("Do it", "{at}then/x3").reask(2);
            if x2 {
                let x4 = transform("Do it", "{at}then/then/x4").reask(2);
                let (x5, x6, x7, x8) = join(
                    transform("Do it", "{at}then/then/x5 {x3}").reask(0),
                    binary("Do it", "{at}then/then/x6").reask(2),
                    binary("Do it", "{at}then/then/x7").reask(2),
                    extract::<Fact>("Do it", "{at}then/then/x8").reask(2),
                ) else {
                    let x9 = transform("Do it", "{at}then/then/x5+x6+x7+x8/else/x9").reask(1);
                    return format!("= {x4:?} {x3:?} {x2:?} {x1:?}");
                };
            } else {
                let mut x10 = transform("Do it", "{at}then/else/x10").reask(1);
            }
        }
        format!("= {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w58(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(0);
        let x2 = transform("Do it", "{at}x2").reask(2);
        let x3 = classify::<Label>("Do it", "{at}x3")
            .reask(1)
            .confidence(0.8);
        let x4 = match x3 {
            Label::One => {
                let x5 = classify::<Label>("Do it", "{at}One/x5").reask(2);
                let mut x6 = transform("Do it", "{at}One/x6 {x2}").reask(0);
                system("note 7");
                transform("Do it", "{at}One/x4").reask(2).alone()
            }
            Label::Two | Label::Three => {
                let x8 = extract::<Fact>("Do it", "{at}Two+Three/x8").reask(1);
                let x9 = classify::<Label>("Do it", "{at}Two+Three/x9 {x2}")
                    .reask(0)
                    .confidence(0.8)
                    .alone();
                let x10 = match x9 {
                    Label::One => {
                        let mut x11 = transform("Do it", "{at}Two+Three/One/x11").reask(1);
                        let at_x14 = format!("{at}Two+Three/One/x14/");
                        let (x12, x13, x14) = join(
                            transform("Do it", "{at}Two+Three/One/x12 {x11}").reask(0),
                            transform("Do it", "{at}Two+Three/One/x13 {x11}").reask(2),
                            run(w01(at_x14)),
                        );
                        return format!("= {x9:?} {x8:?} {x3:?} {x2:?}");
                    }
                    Label::Two | Label::Three => {
                        let x15 = classify::<Label>("Do it", "{at}Two+Three/Two+Three/x15")
                            .reask(0)
                            .confidence(0.8)
                            .alone();
                        transform("Do it", "{at}Two+Three/Two+Three/x10")
                            .reask(2)
                            .alone()
                    }
                };
                "none".to_owned()
            }
        };
        format!("= {x4:?} {x3:?} {x2:?} {x1:?}")
    }
);

workflow!(
    pub async fn w59(at: String) -> String {
        let x1 = extract::<Fact>("Do it", "{at}x1").reask(0);
        let x2 = transform("Do it", "{at}x2").reask(1);
        for r3 in 0..2 {
            let mut x4 = transform("Do it", "{at}r3[{r3}]/x4").reask(1);
        }
        format!("= {x2:?} {x1:?}")
    }
);

pub const ALL: [Made; 60] = [
    (w00, w00::graph),
    (w01, w01::graph),
    (w02, w02::graph),
    (w03, w03::graph),
    (w04, w04::graph),
    (w05, w05::graph),
    (w06, w06::graph),
    (w07, w07::graph),
    (w08, w08::graph),
    (w09, w09::graph),
    (w10, w10::graph),
    (w11, w11::graph),
    (w12, w12::graph),
    (w13, w13::graph),
    (w14, w14::graph),
    (w15, w15::graph),
    (w16, w16::graph),
    (w17, w17::graph),
    (w18, w18::graph),
    (w19, w19::graph),
    (w20, w20::graph),
    (w21, w21::graph),
    (w22, w22::graph),
    (w23, w23::graph),
    (w24, w24::graph),
    (w25, w25::graph),
    (w26, w26::graph),
    (w27, w27::graph),
    (w28, w28::graph),
    (w29, w29::graph),
    (w30, w30::graph),
    (w31, w31::graph),
    (w32, w32::graph),
    (w33, w33::graph),
    (w34, w34::graph),
    (w35, w35::graph),
    (w36, w36::graph),
    (w37, w37::graph),
    (w38, w38::graph),
    (w39, w39::graph),
    (w40, w40::graph),
    (w41, w41::graph),
    (w42, w42::graph),
    (w43, w43::graph),
    (w44, w44::graph),
    (w45, w45::graph),
    (w46, w46::graph),
    (w47, w47::graph),
    (w48, w48::graph),
    (w49, w49::graph),
    (w50, w50::graph),
    (w51, w51::graph),
    (w52, w52::graph),
    (w53, w53::graph),
    (w54, w54::graph),
    (w55, w55::graph),
    (w56, w56::graph),
    (w57, w57::graph),
    (w58, w58::graph),
    (w59, w59::graph),
];
