-- Owns how a client is joined to the plugin's parts, from its start to its end.
-- It must not decide anything: it hands on what happens.

local hover = require('glossator.hover')
local jobs = require('glossator.jobs')
local log = require('glossator.log')
local options = require('glossator.options')
local say = require('glossator.say')
local status = require('glossator.status')

local M = {}

---@type table<vim.lsp.rpc.PublicClient, integer> the id of each client that is joined to the plugin
local wired = {}

---@param client vim.lsp.Client
---@param params lsp.ProgressParams
local function progressed(client, params)
  local value = params.value --[[@as { kind: string, title: string?, message: string? }]]
  local title = status.progressed(client.id, tostring(params.token), value)
  if options.now().progress == 'echo' and title and not title:find('^[Ii]ndex') then
    local words = value.message and ('%s: %s'):format(title, value.message) or title
    say.progress(words, value.kind == 'end')
  end
  if value.kind == 'end' then
    status.refresh(client)
  end
end

local function listen()
  local group = vim.api.nvim_create_augroup('glossator', { clear = true })
  vim.api.nvim_create_autocmd('LspProgress', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_clients({ id = event.data.client_id, name = 'glossator' })[1]
      if client then
        progressed(client, event.data.params)
      end
    end,
  })
  vim.api.nvim_create_autocmd('WinEnter', {
    group = group,
    callback = function()
      hover.entered(vim.api.nvim_get_current_win())
    end,
  })
end

---@param client vim.lsp.Client
local function wire(client)
  listen()
  local plain = client.rpc.request
  ---@diagnostic disable-next-line: duplicate-set-field
  client.rpc.request = function(method, params, callback, on_reply)
    if method == 'textDocument/hover' and options.now().hover_actions then
      callback = hover.with_actions(client, params, callback, plain)
    elseif method == 'workspace/executeCommand' then
      local hand_on = callback
      callback = function(err, result)
        if jobs.note(client.id, params, result) then
          -- Its title, and one job more in the statusline.
          status.refresh(client)
        end
        hand_on(err, result)
      end
    end
    return plain(method, params, callback, on_reply)
  end
end

---A buffer was attached to a client; with the first one it is joined to the plugin.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attached(client, bufnr)
  if not wired[client.rpc] then
    wired[client.rpc] = client.id
    require('glossator.server').started(client.rpc)
    wire(client)
    local complaint = options.complaints()[1]
    if complaint then
      say.warn(complaint)
    end
  end
  require('glossator.mappings').offer(bufnr)
  status.refresh(client)
end

---A server has ended: what belongs to it is over. It may have ended before it was joined.
---@param rpc vim.lsp.rpc.PublicClient
function M.unwire(rpc)
  local client_id = wired[rpc]
  if not client_id then
    return
  end
  wired[rpc] = nil
  log.note(client_id, 'the server has ended')
  jobs.forget(client_id)
  require('glossator.proposals').forget(client_id)
  require('glossator.answers.view').forget(client_id)
  status.forget(client_id)
  hover.forget(client_id)
  vim.cmd.redrawstatus({ bang = true })
end

return M
