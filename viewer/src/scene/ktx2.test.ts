// The stand-in for `new Function`, against what the engine would have evaluated.
import { expect, test } from 'vitest';
import { craft } from './ktx2-transcoder';

/** A type of embind's table that marks what passes. */
const wire = (mark: string) => ({
  toWireType: (destructors: unknown[] | null, value: unknown) => {
    destructors?.push(mark);
    return `${mark}(${String(value)})`;
  },
  fromWireType: (value: unknown) => `from ${mark}: ${String(value)}`,
  readValueFromPointer: (at: number) => `${mark}@${at}`,
  argPackAdvance: 8,
});

/** What both ways give for the same parameters and body, with everything that was called. */
function both(names: string[], body: string, closure: unknown[], use: (made: (...v: unknown[]) => unknown) => unknown): void {
  const results = [(...text: string[]) => Reflect.construct(Function, text) as (...v: unknown[]) => unknown, craft].map((make) => {
    const calls: unknown[] = [];
    const noted = closure.map((value) => (typeof value === 'function' ? (...v: unknown[]): unknown => (calls.push(v), (value as (...v: unknown[]) => unknown)(...v)) : value));
    const made = make(...names, body)(...noted) as (...v: unknown[]) => unknown;
    let outcome: unknown;
    try {
      outcome = use(made);
    } catch (error) {
      outcome = String(error);
    }
    return { outcome, calls };
  });
  expect(results[1]).toEqual(results[0]);
  expect(results[0]?.calls.length).toBeGreaterThan(0);
}

const INVOKER = ['humanName', 'throwBindingError', 'invoker', 'fn', 'runDestructors', 'retType', 'classParam'];
const refuse = (text: unknown): never => {
  throw new Error(String(text));
};
const closure = ['name', refuse, (...v: unknown[]) => v.join('|'), 'fn', () => 0, wire('ret'), wire('class')];

test('a_method_is_called_with_its_object_and_its_value_comes_back', () => {
  const body = `
        return function (arg0, arg1) {
        if (arguments.length !== 2) {
          throwBindingError('function ' + humanName + ' called with ' + arguments.length + ' arguments, expected 2');
        }var thisWired = classParam['toWireType'](null, this);
var arg0Wired = argType0['toWireType'](null, arg0);
var arg1Wired = argType1['toWireType'](null, arg1);
var rv = invoker(fn, thisWired, arg0Wired, arg1Wired);
arg1Wired_dtor(arg1Wired);
var ret = retType['fromWireType'](rv);
return ret;
}
`;
  const names = [...INVOKER, 'argType0', 'argType1', 'arg1Wired_dtor'];
  const all = [...closure, wire('a'), wire('b'), () => 0];
  both(names, body, all, (made) => made.call('me', 1, 2));
  both(names, body, all, (made) => made.call('me', 1));
});

test('a_function_with_a_stack_of_destructors_runs_them', () => {
  const body = `
        return function (arg0) {
        if (arguments.length !== 1) {
          throwBindingError('function ' + humanName + ' called with ' + arguments.length + ' arguments, expected 1');
        }var destructors = [];
var arg0Wired = argType0['toWireType'](destructors, arg0);
invoker(fn, arg0Wired);
runDestructors(destructors);
}
`;
  both([...INVOKER, 'argType0'], body, [...closure, wire('a')], (made) => made(7));
});

test('a_call_back_reads_its_arguments_and_returns_through_the_table', () => {
  const values = [wire('ret'), wire('a'), wire('b'), (...v: unknown[]) => v.slice(1).join('|')];
  const names = ['retType', 'argType0', 'argType1', 'emval_returnValue'];
  const body = (call: string): string => `return function (obj, func, destructorsRef, args) {
  var arg0 = argType0.readValueFromPointer(args);
  var arg1 = argType1.readValueFromPointer(args+8);
  var rv = ${call};
  return emval_returnValue(retType, destructorsRef, rv);
};
`;
  const target = function (this: unknown, ...v: unknown[]): string {
    return `${String(this)}:${v.join(',')}`;
  };
  both(names, body('func.call(obj, arg0, arg1)'), values, (made) => made('me', target, 5, 64));
  both(names, body('func.call(arg0, arg1)'), values, (made) => made(null, target, 5, 64));
  both(names, body('new func(arg0, arg1)'), values, (made) => made(null, Array, 5, 64));
});

test('code_of_another_shape_is_refused', () => {
  expect(() => craft('return 1')()).toThrow('unknown shape');
});
