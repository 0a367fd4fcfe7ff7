//! Asks for what not every browser can do. A refusal, a broken promise and a function that is not there are all no answer.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

pub fn part(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|part| !part.is_undefined() && !part.is_null())
}

/// Asks at once, because some things are only done while a key or a pointer is down.
pub fn ask(of: &JsValue, name: &str, with: &[JsValue]) -> Option<JsValue> {
    let function: Function = part(of, name)?.dyn_into().ok()?;
    let with: Array = with.iter().collect();
    Reflect::apply(&function, of, &with).ok()
}

/// What was promised, once it is there.
pub async fn kept(answer: Option<JsValue>) -> Option<JsValue> {
    match answer?.dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await.ok(),
        Err(value) => Some(value),
    }
}

/// Whatever comes of it: a promise that nobody waits for would be complained of when it breaks.
pub fn let_be(answer: Option<JsValue>) {
    spawn_local(async move { _ = kept(answer).await });
}

/// What is answered to one of two functions: the first is for what was asked for, the second for why not.
pub async fn called_back(of: &JsValue, name: &str) -> Option<JsValue> {
    let mut asked = |done: Function, failed: Function| {
        if ask(of, name, &[done.into(), failed.clone().into()]).is_none() {
            let _ = failed.call0(&JsValue::NULL);
        }
    };
    JsFuture::from(Promise::new(&mut asked)).await.ok()
}
