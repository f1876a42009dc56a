-- Owns what a hover offers to do: it asks for the actions, puts them below, and runs one.
-- It must not show the hover: that is Neovim's, or whatever a person has put in its place.

local say = require('glossator.say')
local text = require('glossator.hover_text')

local M = {}

-- The hover must not wait longer than this for its actions.
local PATIENCE_MS = 2000

---@class glossator.Offered
---@field client_id integer
---@field bufnr integer
---@field tick integer of the text that the actions were made for
---@field actions (lsp.Command|lsp.CodeAction)[]

---@type glossator.Offered?
local offered

---@param bufnr integer
---@param position lsp.Position
---@return lsp.CodeActionParams
local function question(bufnr, position)
  local on_line = vim.diagnostic.get(bufnr, { lnum = position.line })
  return {
    textDocument = { uri = vim.uri_from_bufnr(bufnr) },
    range = { start = position, ['end'] = position },
    context = {
      diagnostics = vim.lsp.diagnostic.from(on_line),
      triggerKind = vim.lsp.protocol.CodeActionTriggerKind.Invoked,
    },
  }
end

---Return a callback that is given a hover, asks what can be done there, and hands on both.
---@param client vim.lsp.Client
---@param params lsp.HoverParams
---@param callback fun(err: lsp.ResponseError?, result: lsp.Hover?)
---@param request fun(method: string, params: table, callback: fun(err: any, result: any)): boolean
---@return fun(err: lsp.ResponseError?, result: lsp.Hover?)
function M.with_actions(client, params, callback, request)
  local bufnr = vim.uri_to_bufnr(params.textDocument.uri)
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  return function(err, result)
    if err or not result then
      return callback(err, result)
    end
    local is_over = false
    ---@param actions (lsp.Command|lsp.CodeAction)[]
    local function hand_on(actions)
      if is_over then
        return
      end
      is_over = true
      actions = vim.list_slice(actions, 1, text.MOST)
      offered = { client_id = client.id, bufnr = bufnr, tick = tick, actions = actions }
      local titles = vim.tbl_map(function(it)
        return it.title
      end, actions)
      result.contents = text.with_actions(result.contents, titles)
      callback(nil, result)
    end
    local asked = question(bufnr, params.position)
    request('textDocument/codeAction', asked, function(_, actions)
      hand_on(actions or {})
    end)
    vim.defer_fn(function()
      hand_on({})
    end, PATIENCE_MS)
  end
end

---@param client vim.lsp.Client
---@param action lsp.Command|lsp.CodeAction
---@param bufnr integer
local function run(client, action, bufnr)
  if action.edit then
    vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  end
  local command = type(action.command) == 'table' and action.command or action
  if type(command.command) == 'string' then
    client:exec_cmd(command --[[@as lsp.Command]], { bufnr = bufnr })
  end
end

---Run an action of the last hover by its number; a hover of a text that has changed offers nothing.
---@param number integer
function M.act(number)
  local last = offered
  local client = last and vim.lsp.get_client_by_id(last.client_id)
  local action = last and last.actions[number]
  if not last or not client or not action or not vim.api.nvim_buf_is_valid(last.bufnr) then
    say.info(('the last hover offers no action %d: hover over a function first.'):format(number))
    return
  end
  if vim.api.nvim_buf_get_changedtick(last.bufnr) ~= last.tick then
    say.info('the text has changed since the hover was shown: hover again.')
    return
  end
  run(client, action, last.bufnr)
end

---In a hover that the cursor enters, a number runs the action.
---@param win integer
function M.entered(win)
  local of_buffer = vim.w[win]['textDocument/hover']
  if not (offered and of_buffer == offered.bufnr) then
    return
  end
  local bufnr = vim.api.nvim_win_get_buf(win)
  for number, action in ipairs(offered.actions) do
    vim.keymap.set('n', tostring(number), function()
      vim.api.nvim_win_close(win, true)
      M.act(number)
    end, { buffer = bufnr, nowait = true, desc = action.title })
  end
end

---@param client_id integer
function M.forget(client_id)
  if offered and offered.client_id == client_id then
    offered = nil
  end
end

return M
