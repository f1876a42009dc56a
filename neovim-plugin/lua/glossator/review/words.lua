-- Owns the words and signs of a review: its head, its files, and what stands at each change.
-- It must not touch the editor.

local state = require('glossator.review.state')

local M = {}

---@type table<glossator.Mark, string>
M.signs = { open = '?', accepted = '+', discarded = '-' }

---@type table<glossator.Mark, string>
M.groups = {
  open = 'GlossatorOpen',
  accepted = 'GlossatorAccepted',
  discarded = 'GlossatorDiscarded',
}

---@type table<glossator.Mark, string>
local said = { open = 'not decided', accepted = 'taken', discarded = 'left out' }

---@param evidence glossator.Evidence[]
---@return string
local function checked(evidence)
  local parts = {} ---@type string[]
  for _, it in ipairs(evidence) do
    local verdict = it.verdict == 'passed' and 'ok' or 'FAILED'
    table.insert(parts, ('%s %s'):format(it.tool ~= '' and it.tool or it.check, verdict))
  end
  return #parts > 0 and table.concat(parts, ', ') or 'nothing was checked'
end

---@param change glossator.FileChange
---@return string
function M.name(change)
  return change.movedFrom and ('%s -> %s'):format(change.movedFrom, change.path) or change.path
end

---@param change glossator.FileChange
---@return string
local function size(change)
  local added, deleted = 0, 0
  for _, it in ipairs(change.hunks) do
    added, deleted = added + it.added, deleted + it.deleted
  end
  return ('+%d -%d'):format(added, deleted)
end

---@param counts glossator.Counts
---@return string
function M.counted(counts)
  local parts = {} ---@type string[]
  for _, mark in ipairs({ 'accepted', 'discarded', 'open' }) do
    if counts[mark] > 0 then
      table.insert(parts, ('%d %s'):format(counts[mark], said[mark]))
    end
  end
  return table.concat(parts, ', ')
end

---@param proposal glossator.Proposal
---@return string
local function made_by(proposal)
  local where = proposal['local'] and 'on this machine' or 'remote'
  return ('by %s (%s)'):format(proposal.model or 'no model', where)
end

---Return the head of a review and its list of files; the files begin at the line that is returned.
---@param review glossator.Review
---@param current integer which file is shown
---@return string[] lines
---@return integer first from 1
function M.list(review, current)
  local proposal = review.proposal
  local lines = {
    proposal.title,
    ('checked: %s, %s'):format(checked(proposal.evidence), made_by(proposal)),
  }
  local first = #lines + 1
  for index, file in ipairs(review.files) do
    local change = file.change
    local asked = change.confirm and ', asked for again' or ''
    table.insert(
      lines,
      ('%s %s  %s %s  (%s%s)'):format(
        index == current and '>' or ' ',
        M.name(change),
        change.change,
        size(change),
        M.counted(state.counts(review, index)),
        asked
      )
    )
  end
  for _, change in ipairs(review.along) do
    table.insert(lines, ('  %s  %s, goes along'):format(M.name(change), size(change)))
  end
  return lines, first
end

---What stands at a change that was decided.
---@type table<glossator.Mark, string>
M.decided = { open = '', accepted = ' taken', discarded = ' left out' }

---What the bar of a review offers: an action, and what it does.
---@type string[][]
M.offered = {
  { 'accept', 'take' },
  { 'discard', 'leave out' },
  { 'apply', 'apply' },
  { 'later', 'later' },
  { 'help', 'all keys' },
}

return M
