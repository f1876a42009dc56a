-- Owns what follows when the server sends something beyond what Neovim handles by itself.
-- It must not hold state: each message goes to the module that owns its matter.

local log = require('glossator.log')
local say = require('glossator.say')

local M = {}

---@param params glossator.AnswerPiece
---@param ctx lsp.HandlerContext
function M.answer(_, params, ctx)
  require('glossator.answers.view').receive(ctx.client_id, params)
end

---@param params glossator.Proposal
---@param ctx lsp.HandlerContext
function M.proposal(_, params, ctx)
  require('glossator.proposals').receive(ctx.client_id, params)
end

---@param params glossator.Trial
function M.trial(_, params)
  require('glossator.prompts').show(params)
end

---@param params glossator.Plan
---@param ctx lsp.HandlerContext
---@return any answer
---@return lsp.ResponseError? error
function M.plan(_, params, ctx)
  return require('glossator.plan').agree(ctx.client_id, params)
end

---Neovim does not tell which request is meant: whoever waits asks which jobs there still are.
---@param ctx lsp.HandlerContext
function M.cancel_request(_, _, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  if client then
    require('glossator.status').refresh(client)
  end
end

---@param params lsp.ShowMessageParams
---@param ctx lsp.HandlerContext
function M.show_message(_, params, ctx)
  log.note(ctx.client_id, params.message)
  local types = vim.lsp.protocol.MessageType
  if params.type == types.Error then
    say.error(params.message)
  elseif params.type == types.Warning then
    say.warn(params.message)
  else
    say.info(params.message)
  end
  return vim.NIL
end

---@param err lsp.ResponseError?
---@param params lsp.LogMessageParams
---@param ctx lsp.HandlerContext
function M.log_message(err, params, ctx)
  log.note(ctx.client_id, params.message)
  return vim.lsp.handlers['window/logMessage'](err, params, ctx)
end

---@param ctx lsp.HandlerContext
function M.refresh_lenses(_, _, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
  return vim.NIL
end

return M
