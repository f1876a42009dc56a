// Print, for each file named on standard input, what functions TypeScript's parser finds in it, as JSON.
const fs = require("fs");
const ts = require("typescript");

const isFunction = (node) => node && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));

// A function that is the only thing of its statement ends where the statement does.
function statementOf(declaration) {
  const list = declaration.parent;
  const alone = ts.isVariableDeclarationList(list) && list.declarations.length === 1;
  return alone && ts.isVariableStatement(list.parent) ? list.parent : declaration;
}

function nameOf(name) {
  return ts.isComputedPropertyName(name) ? name.expression.getText() : name.text;
}

function place(node) {
  if (ts.isFunctionDeclaration(node)) return [node.name ? node.name.text : "default", node];
  if (ts.isMethodDeclaration(node) || ts.isMethodSignature(node) || ts.isAccessor(node)) {
    return [nameOf(node.name), node];
  }
  if (ts.isConstructorDeclaration(node)) return ["constructor", node];
  if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isFunction(node.initializer)) {
    return [node.name.text, statementOf(node)];
  }
  if ((ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) && isFunction(node.initializer)) {
    return [nameOf(node.name), node];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && isFunction(node.right)) {
    const whole = ts.isExpressionStatement(node.parent) ? node.parent : node;
    if (ts.isPropertyAccessExpression(node.left)) return [node.left.name.text, whole];
    if (ts.isIdentifier(node.left)) return [node.left.text, node];
  }
  if (ts.isExportAssignment(node) && !node.isExportEquals && isFunction(node.expression)) return ["default", node];
  if (ts.isFunctionExpression(node) && node.name && (ts.isCallExpression(node.parent) || ts.isReturnStatement(node.parent))
      && node.parent.expression !== node || ts.isFunctionExpression(node) && node.name && ts.isReturnStatement(node.parent)) {
    return [node.name.text, node];
  }
  return null;
}

for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const file = ts.createSourceFile(path, fs.readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  if (file.parseDiagnostics.length) continue;
  const line = (at) => file.getLineAndCharacterOfPosition(at).line + 1;
  const functions = [];
  const visit = (node) => {
    const found = place(node);
    if (found) functions.push([found[0], line(found[1].getStart(file)), line(found[1].getEnd() - 1)]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  process.stdout.write(JSON.stringify({ path, functions }) + "\n");
}
