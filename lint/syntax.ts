/** A node of the syntax tree (ESTree with TypeScript's additions), as far as our rules look. */
export interface SyntaxNode {
  readonly type: string;
  readonly parent?: SyntaxNode;
  readonly name?: string;
  readonly value?: unknown;
  readonly importKind?: 'type' | 'value';
  readonly exportKind?: 'type' | 'value';
  readonly source?: SyntaxNode | null;
  readonly callee?: SyntaxNode;
  readonly object?: SyntaxNode;
  readonly property?: SyntaxNode;
  readonly computed?: boolean;
  readonly arguments?: readonly SyntaxNode[];
}

/** A use of a name. */
interface Reference {
  readonly identifier: SyntaxNode;
}

/** The outermost scope: uses of names that nothing declares, and the names that the configuration knows as globals. */
interface GlobalScope {
  readonly through: readonly Reference[];
  readonly variables: readonly { readonly defs: readonly unknown[]; readonly references: readonly Reference[] }[];
}

/** What the linter hands to a rule. */
export interface RuleContext {
  readonly filename: string;
  readonly sourceCode: {
    readonly scopeManager: { readonly globalScope: GlobalScope | null };
  };
  report(finding: { readonly node: SyntaxNode; readonly message: string }): void;
}

/** A rule in the form that oxlint shares with ESLint: functions by node type. */
export interface Rule {
  readonly meta: { readonly type: 'problem'; readonly docs: { readonly description: string } };
  create(context: RuleContext): Record<string, (node: SyntaxNode) => void>;
}
