// The transcoder of KTX2 textures. A chunk of its own: only scenes with such textures fetch it.
//
// In: the renderer, which knows the formats of its GPU. Out: a loader. Called by scene/ktx2.
//
// The transcoder's glue code (Emscripten's embind) makes its calls with `new Function`. Our content
// security policy forbids that, in workers too, and need not be loosened: the code so made has two
// shapes only, and `craft` gives the same functions without evaluating text.
import type { WebGLRenderer } from 'three';
import { KTX2Loader } from 'three/addons/loaders/KTX2Loader.js';

/** A value of embind's tables; their inner shape is the transcoder's own. */
type Any = unknown;
type Call = (...values: Any[]) => Any;

/**
 * Takes the place of `Function` in the transcoder's worker: parameter names and a body in, a function
 * of these parameters out that returns the function described by the body. Stands by itself, because
 * it travels into the worker as text.
 */
export function craft(...source: string[]): Call {
  interface Wire {
    toWireType(destructors: Any[] | null, value: Any): Any;
    fromWireType(value: Any): Any;
    readValueFromPointer(at: number): Any;
    argPackAdvance: number;
  }
  const body = source.pop() ?? '';
  const names = source;
  const numbered = (values: Map<string, Any>): Wire[] => {
    const wires: Wire[] = [];
    for (let i = 0; values.has(`argType${i}`); i++) wires.push(values.get(`argType${i}`) as Wire);
    return wires;
  };
  /** From C++ to JavaScript: `return function (obj, func, destructorsRef, args)`. */
  const method = (values: Map<string, Any>): Call => {
    const types = numbered(values);
    const [construct, withObject] = [body.includes('new func('), body.includes('func.call(obj')];
    const returnValue = values.get('emval_returnValue') as Call | undefined;
    return (obj, func, destructorsRef, args) => {
      let at = args as number;
      const wired: Any[] = [];
      for (const type of types) {
        wired.push(type.readValueFromPointer(at));
        at += type.argPackAdvance;
      }
      const rv: Any = construct
        ? Reflect.construct(func as new () => object, wired)
        : Reflect.apply(func as Call, withObject ? obj : wired[0], withObject ? wired : wired.slice(1));
      return returnValue?.(values.get('retType'), destructorsRef, rv);
    };
  };
  /** From JavaScript to C++: checks the number of arguments, converts, calls, converts back. */
  const invoker = (values: Map<string, Any>): Call => {
    const types = numbered(values);
    const [ofClass, returns, stacked] = [body.includes('thisWired = '), body.includes('var ret = '), body.includes('var destructors = ')];
    const [invoke, throwError] = [values.get('invoker') as Call, values.get('throwBindingError') as Call];
    return function (this: Any, ...given: Any[]): Any {
      if (given.length !== types.length) {
        throwError(`function ${String(values.get('humanName'))} called with ${given.length} arguments, expected ${types.length}`);
      }
      const destructors: Any[] | null = stacked ? [] : null;
      const self = ofClass ? (values.get('classParam') as Wire).toWireType(destructors, this) : undefined;
      const wired = types.map((type, i) => type.toWireType(destructors, given[i]));
      const rv = invoke(values.get('fn'), ...(ofClass ? [self] : []), ...wired);
      if (stacked) (values.get('runDestructors') as Call)(destructors);
      (values.get('thisWired_dtor') as Call | undefined)?.(self);
      wired.forEach((value, i) => (values.get(`arg${i}Wired_dtor`) as Call | undefined)?.(value));
      return returns ? (values.get('retType') as Wire).fromWireType(rv) : undefined;
    };
  };
  return (...closure: Any[]) => {
    const values = new Map<string, Any>(names.map((name, i) => [name, closure[i]]));
    if (/^\s*return function \(obj, func, destructorsRef, args\)/.test(body)) return method(values);
    if (names.includes('invoker')) return invoker(values);
    throw new Error(`the transcoder makes code of an unknown shape: ${body}`);
  };
}

/** Puts `craft` in the place of `Function` for the code that follows. */
const INSTEAD_OF_EVALUATION = `(() => {
  const craft = ${craft.toString()};
  Object.defineProperty(craft, Symbol.hasInstance, { value: (value) => typeof value === 'function' });
  self.Function = craft;
})();
`;

class CarefulKtx2Loader extends KTX2Loader {
  #careful: Promise<void> | null = null;

  // The engine makes a worker's code from texts and keeps it under an address; ours goes before it.
  override init(): Promise<void> {
    this.#careful ??= super.init().then(async () => {
      const source = await (await fetch(this.workerSourceURL)).text();
      URL.revokeObjectURL(this.workerSourceURL);
      this.workerSourceURL = URL.createObjectURL(new Blob([INSTEAD_OF_EVALUATION, source]));
    });
    return this.#careful;
  }
}

export function makeKtx2Loader(renderer: WebGLRenderer, workers: number): KTX2Loader {
  return new CarefulKtx2Loader().setWorkerLimit(workers).detectSupport(renderer);
}
