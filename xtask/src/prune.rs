//! Leaves out of a module what is compiled in and never called. Knows no more of it than the names of its functions.

use anyhow::{Context, Result};
use std::path::Path;
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// Gives what is never called an empty body, so that wasm-opt finds nothing that still needs what it led to. Says how many.
pub(crate) fn prune(path: &Path) -> Result<usize> {
    let read = || Module::from_file(path).with_context(|| format!("{} is no module", path.display()));
    let mut module = read()?;
    let named = |id| module.funcs.get(id).name.as_deref().is_some_and(is_never_called);
    let unwanted: Vec<_> = module.funcs.iter_local().map(|(id, _)| id).filter(|&id| named(id)).collect();
    unwanted.iter().for_each(|&id| empty(&mut module, id));
    module.emit_wasm_file(path).with_context(|| format!("{} can't be written", path.display()))?;
    Ok(unwanted.len())
}

/// Each erased view carries a table of what can be done with it, and one entry is `hydrate_async`, which takes a view over
/// part after part while more of the program is loaded. Only `leptos::mount::hydrate_lazy` calls it; `hydrate_body` does not.
///
/// The compiler gives functions that are the same one body, under the name of any of them. So only those are meant that
/// nothing else can be the same as: the entry leads to a future of its own, and futures and what they run name the line at
/// which they panic. The small helpers in them are not meant: hydration proper has the same.
fn is_never_called(name: &str) -> bool {
    const CLOSURE: &str = "28_$u7b$$u7b$closure$u7d$$u7d$";
    let Some((before, after)) = name.split_once("13hydrate_async") else { return false };
    let nested = after.strip_prefix(CLOSURE).map(|rest| rest.strip_prefix(CLOSURE).map_or((1, rest), |rest| (2, rest)));
    let (depth, hash) = nested.unwrap_or((0, after));
    let is_own = match depth {
        0 => before.ends_with("8into_any"),
        1 => true,
        // the effect around what is drawn anew, and the future of its first time
        _ => before.contains("tachys14reactive_graph"),
    };
    is_own && hash.starts_with("17h")
}

/// It traps, should it be called after all.
fn empty(module: &mut Module, id: FunctionId) {
    let signature = module.types.get(module.funcs.get(id).ty());
    let (takes, gives) = (signature.params().to_vec(), signature.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &takes, &gives);
    builder.func_body().unreachable();
    let arguments = takes.iter().map(|&kind| module.locals.add(kind)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hydrates_piece_by_piece_is_never_called_and_its_helpers_may_be() {
        let (hash, closure) = ("17h0123456789abcdefE", "28_$u7b$$u7b$closure$u7d$$u7d$");
        let view = "_ZN59_$LT$T$u20$as$u20$tachys..view..any_view..IntoAny$GT$8into_any";
        let element = "_ZN53_$LT$tachys..html..element..HtmlElement$GT$";
        let drawn = "_ZN6tachys14reactive_graph50_$LT$impl$u20$RenderHtml$u20$for$u20$F$GT$";
        for name in [
            format!("{view}13hydrate_async{hash}"),
            format!("{view}13hydrate_async{closure}{hash}"),
            format!("{element}13hydrate_async{closure}{hash}"),
            format!("{drawn}13hydrate_async{closure}{closure}{hash}"),
        ] {
            assert!(is_never_called(&name), "{name}");
        }
        for name in [
            format!("{view}19hydrate_from_server{hash}"),
            format!("{element}13hydrate_async{hash}"),
            format!("{element}13hydrate_async{closure}7inner_1{hash}"),
            format!("{element}13hydrate_async{closure}{closure}{hash}"),
            format!("_ZN4core3ptr60drop_in_place$LT$x..hydrate_async..$u7b$$u7b$closure$u7d$$u7d$$GT${hash}"),
        ] {
            assert!(!is_never_called(&name), "{name}");
        }
    }
}
