import type { Kind } from '../assembler/kinds.ts';
import type { Builder } from './lanes.ts';
import { call } from './node.ts';
import { type AnyValue, nodeOf, type Operandable, type Value, type ValueOf, valueFrom } from './values.ts';

export type Parameters = Readonly<Record<string, Kind>>;
export type ParameterValues<P extends Parameters> = { readonly [Name in keyof P]: ValueOf[P[Name]] };
export type CallArguments<P extends Parameters> = { readonly [Name in keyof P]: Operandable<P[Name]> };

/** What a module needs to write the function down, once, when something in it first calls it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: Parameters;
  readonly result: Kind | null;
  build(builder: Builder, parameters: Readonly<Record<string, AnyValue>>): AnyValue | null;
}

export interface WasmFunction<P extends Parameters, R extends Kind> extends FunctionDefinition {
  readonly result: R;
  /** The call as an expression; for a function without side effects. Otherwise `k.call`. */
  of(given: CallArguments<P>): ValueOf[R];
}

/** A helper function that kernels of any family can call; its module gets a copy when it is used. */
export function wasmFunction<P extends Parameters, R extends Kind>(
  name: string,
  parameters: P,
  result: R,
  body: (k: Builder, parameters: ParameterValues<P>) => ValueOf[R],
): WasmFunction<P, R> {
  const definition: WasmFunction<P, R> = {
    name,
    parameters,
    result,
    build: (builder, values) => body(builder, values as ParameterValues<P>),
    of: (given) => valueFrom(result, callNode(definition, given)),
  };
  return definition;
}

/** The same for a function that gives nothing back. */
export function wasmProcedure<P extends Parameters>(
  name: string,
  parameters: P,
  body: (k: Builder, parameters: ParameterValues<P>) => void,
): FunctionDefinition & { readonly parameters: P; readonly result: null } {
  return {
    name,
    parameters,
    result: null,
    build(builder, values) {
      body(builder, values as ParameterValues<P>);
      return null;
    },
  };
}

export function callNode(
  definition: FunctionDefinition,
  given: Readonly<Record<string, Value | number | bigint>>,
) {
  const operands = Object.entries(definition.parameters).map(([name, kind]) => {
    const argument = given[name];
    if (argument === undefined) throw new TypeError(`call: ${definition.name} needs ${name}`);
    return nodeOf(kind, argument);
  });
  return call(definition, operands);
}
