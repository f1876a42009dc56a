-- Owns `:checkhealth glossator`: all that can be wrong, one line each, with the mend.
-- It must not change anything.

local options = require('glossator.options')
local program = require('glossator.program')

local M = {}

local PATIENCE_MS = 15000

---@param words string[]
---@return string? output
---@return string? trouble
local function output_of(words)
  local started, process = pcall(vim.system, words, { text = true, timeout = PATIENCE_MS })
  if not started then
    return nil, tostring(process)
  end
  local done = process:wait()
  if done.code ~= 0 and (done.stdout or '') == '' then
    return nil, vim.trim(done.stderr or ''):match('[^\n]*$')
  end
  return done.stdout
end

local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. version)
  else
    vim.health.error(('Neovim %s is too old'):format(version), 'Update to 0.11 or newer.')
  end
  local has_markdown = pcall(vim.treesitter.language.inspect, 'markdown')
  if has_markdown then
    vim.health.ok('a tree-sitter parser colours the answers')
  else
    vim.health.info('no tree-sitter parser for Markdown: answers have simpler colours')
  end
end

---@return glossator.Program?
local function check_program()
  local found, problem = program.find()
  if not found then
    vim.health.error((problem:gsub(':.*', '')), {
      "Install it: pip install 'glossator[embedded]'",
      'Or set vim.g.glossator_cmd, or $GLOSSATOR_SERVER, to the path of the program.',
    })
    return nil
  end
  local words = vim.list_extend(vim.deepcopy(found.base), { '--version' })
  local version, trouble = output_of(words)
  if not version then
    local what = ('`%s` does not run: %s'):format(table.concat(words, ' '), trouble)
    vim.health.error(what, "Install it again: pip install --upgrade 'glossator[embedded]'")
    return nil
  end
  local where = ('%s (%s)'):format(found.command[1], found.from)
  vim.health.ok(('%s: %s'):format(vim.trim(version), where))
  return found
end

local function check_set_up()
  if vim.lsp.is_enabled and not vim.lsp.is_enabled('glossator') then
    vim.health.error('the server is not enabled', "Add vim.lsp.enable('glossator') to init.lua.")
  else
    vim.health.ok('the server is enabled')
  end
  local config = vim.lsp.config.glossator
  vim.health.info('file types: ' .. table.concat(config.filetypes or {}, ', '))
  if not (config.init_options or {}).panels then
    vim.health.warn(
      'another `init_options` hides the one of this plugin: reviews and plans come as questions',
      'Keep `panels = true` in the init_options of your vim.lsp.config("glossator", ...).'
    )
  end
  local complaints = options.complaints()
  for _, it in ipairs(complaints) do
    vim.health.warn('options: ' .. it, 'See :help glossator-options; the defaults hold until then.')
  end
  if #complaints == 0 then
    vim.health.ok('the options can be read')
  end
end

---@param name string
---@param role glossator.Role
local function check_role(name, role)
  if role.model then
    local where = role['local'] and 'on this machine' or 'remote'
    vim.health.ok(('%s: %s, %s'):format(name, role.model, where))
  else
    vim.health.warn(('%s: %s'):format(name, role.problem or 'no model'))
  end
end

---@param client vim.lsp.Client
local function check_client(client)
  local root = client.root_dir or 'no folder'
  local params = { command = 'glossator.status', arguments = { vim.empty_dict() } }
  local answer = client:request_sync('workspace/executeCommand', params, PATIENCE_MS)
  local status = answer and answer.result ---@type glossator.Status?
  if not status then
    vim.health.error(('%s: the server does not answer'):format(root), ':Glossator restart')
    return
  end
  local encoding = client.offset_encoding
  vim.health.ok(('%s: version %s, LSP with %s'):format(root, status.version, encoding))
  for name, role in vim.spairs(status.roles or { document = status }) do
    check_role(name, role)
  end
  for _, it in ipairs(status.index) do
    for _, problem in ipairs(it.problems or {}) do
      vim.health.warn('index: ' .. problem)
    end
  end
end

local function check_servers()
  local clients = vim.lsp.get_clients({ name = 'glossator' })
  if #clients == 0 then
    vim.health.info('no server runs: one starts with the first file of a type above')
  end
  vim.iter(clients):each(check_client)
end

---@class glossator.DoctorCheck
---@field health 'ok'|'warning'|'broken'
---@field what string
---@field mend string

---Say what `glossator doctor` finds: the same as on the command line.
---@param found glossator.Program
local function check_doctor(found)
  local words = vim.list_extend(vim.deepcopy(found.base), { 'doctor', '--json' })
  local output, trouble = output_of(words)
  local is_json, told = pcall(vim.json.decode, output or '')
  if not is_json then
    vim.health.warn('`glossator doctor` says nothing: ' .. (trouble or 'its answer is no JSON'))
    return
  end
  for _, it in ipairs(told.checks) do ---@type integer, glossator.DoctorCheck
    local advice = it.mend ~= '' and it.mend or nil
    if it.health == 'ok' then
      vim.health.ok(it.what)
    elseif it.health == 'broken' then
      vim.health.error(it.what, advice)
    else
      vim.health.warn(it.what, advice)
    end
  end
end

function M.check()
  vim.health.start('glossator: Neovim and the plugin')
  check_neovim()
  check_set_up()
  vim.health.start('glossator: the program')
  local found = check_program()
  vim.health.start('glossator: servers that run')
  check_servers()
  if found then
    vim.health.start('glossator: what `glossator doctor` says')
    check_doctor(found)
  end
end

return M
