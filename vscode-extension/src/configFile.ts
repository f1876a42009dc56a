/**
 * Own what this extension knows of a person's `config.toml`: its name, and how a new one begins.
 *
 * It must not read one: that is the server's.
 */

// What a person needs to go on; the rest is in the documentation.
export const CONFIG_TEMPLATE = `# Which models Glossator may use; the server is started anew when this file is saved.
# Without it the built-in model and an Ollama on this machine are used.
schema = 1

# [[model]]
# id = "coder"
# api = "ollama"
# origin = "http://127.0.0.1:11434"
# address = "loopback"
# model = ["qwen2.5-coder:7b"]
# max_class = "restricted"
#
# [roles]
# document = ["coder"]
# fix = ["coder"]
# edit = ["coder"]
`;

/** Tell whether a path is that of the configuration, wherever it lies. */
export function isConfig(path: string): boolean {
  return /[\\/]glossator[\\/]config\.toml$/.test(path);
}
