/** A program as pseudo-C, so that a disagreement can be read and judged. */

import type { Access, Operand, Program, Statement, Test, Thread } from './program.ts';

/** The whole program: its words, then its threads one below the other. */
export function printed(program: Program): string {
  const words = program.words.map(({ name, kind, initial }) => `${kind} ${name} = ${initial};`);
  const threads = program.threads.flatMap((thread) => [
    `${heading(thread)} {`,
    ...indented(block(thread.body, program)),
    `}  // gives ${thread.gives}`,
  ]);
  return [...words, ...threads].join('\n');
}

function heading({ name, count, device, on }: Thread): string {
  if (on !== null) return `interrupt handler ${name} on t${on}`;
  return `${device ? 'device' : 'thread'} ${name}${count === 1 ? '' : ` x ${count}`}`;
}

function block(statements: readonly Statement[], program: Program): string[] {
  return statements.flatMap((one) => lines(one, program));
}

function lines(statement: Statement, program: Program): string[] {
  switch (statement.do) {
    case 'access':
      return [`${access(statement, program)};`];
    case 'if':
      return [`if (${test(statement.test)}) {`, ...inner(statement.body, program), '}'];
    case 'loop':
      return ['do {', ...inner(statement.body, program), `} while (${test(statement.again)});`];
    case 'call': {
      const { name, parameter, gives, into, body } = statement;
      return [
        `${into} = ${name}(${operand(statement.operand)}) {  // ${parameter}, gives ${gives}`,
        ...inner(body, program),
        '}',
      ];
    }
    case 'wait_event': {
      const queue = program.words[statement.word]?.name;
      const look = statement.look.map((one) => `${access(one, program)}; `).join('');
      return [`wait_event(${queue}, ({ ${look}${test(statement.until)}; }));`];
    }
  }
}

function inner(statements: readonly Statement[], program: Program): string[] {
  return indented(block(statements, program));
}

function indented(text: string[]): string[] {
  return text.map((line) => `  ${line}`);
}

function access({ primitive, word, slot, operands, into }: Access, program: Program): string {
  const name = word === null ? null : (program.words[word]?.name ?? '?');
  const place = slot === undefined ? name : primitive === 'kfree' ? slot : `${slot}->value`;
  const field = place === null ? [] : [place];
  const call = `${primitive}(${[...field, ...operands.map(operand)].join(', ')})`;
  return into === null ? call : `${into} = ${call}`;
}

function operand(value: Operand): string {
  if (typeof value === 'number') return String(value);
  return value.plus === 0 ? value.register : `${value.register} + ${value.plus}`;
}

function test({ register, is, value }: Test): string {
  return `${register} ${is} ${value}`;
}
