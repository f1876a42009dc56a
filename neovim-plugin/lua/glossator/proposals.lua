-- Owns the last proposals of each server: what waits for a person, and what became of the others.
-- It must not show them; it tells the review when one comes, changes or is over.

local options = require('glossator.options')
local say = require('glossator.say')
local view = require('glossator.review.view')
local windows = require('glossator.windows')

local M = {}

-- As many as a person looks back at.
local MOST = 20

---@class glossator.KnownProposal
---@field client_id integer
---@field proposal glossator.Proposal

---@type glossator.KnownProposal[] newest first
local known = {}

---@param client_id integer
---@param id string?
---@return integer? at
local function find(client_id, id)
  for at, it in ipairs(known) do
    if id and it.client_id == client_id and it.proposal.id == id then
      return at
    end
  end
end

---@return boolean
local function is_idle()
  return windows.is_idle()
    and vim.api.nvim_win_get_config(0).relative == ''
    and not view.is_any_open()
end

---@param one glossator.KnownProposal
local function offer(one)
  local open = options.now().open
  if open == 'always' or (open == 'idle' and is_idle()) then
    view.open(one.client_id, one.proposal)
  else
    say.info(('"%s" waits: `:Glossator show` opens it.'):format(one.proposal.title))
  end
end

---@param client_id integer
---@param proposal glossator.Proposal
function M.receive(client_id, proposal)
  local at = find(client_id, proposal.id)
  local one = { client_id = client_id, proposal = proposal }
  if at then
    known[at] = one
  else
    table.insert(known, 1, one)
    known[MOST + 1] = nil
  end
  if proposal.state ~= 'waiting' then
    if proposal.id then
      view.over(client_id, proposal.id)
    end
  elseif not at then
    offer(one)
  else
    view.renew(client_id, proposal)
  end
end

---@return glossator.KnownProposal[] newest first
function M.all()
  return known
end

---@return glossator.KnownProposal[] newest first
function M.waiting()
  return vim.tbl_filter(function(it)
    return it.proposal.state == 'waiting'
  end, known)
end

---@param id string
---@return glossator.KnownProposal?
function M.waiting_with(id)
  return vim.iter(M.waiting()):find(function(it)
    return it.proposal.id == id
  end)
end

---The server has ended, and what waited there is gone.
---@param client_id integer
function M.forget(client_id)
  for _, it in ipairs(M.waiting()) do
    if it.client_id == client_id then
      it.proposal.state = 'discarded'
      view.over(client_id, it.proposal.id --[[@as string]])
      say.warn(('"%s" is gone with the server: ask for it again.'):format(it.proposal.title))
    end
  end
end

return M
