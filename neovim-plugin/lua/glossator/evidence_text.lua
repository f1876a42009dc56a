-- Owns the words that say what a proposal is, who made it, and what the checks said of it.
-- It must not touch the editor.

local M = {}

---@type table<string, string>
local states = {
  waiting = 'waits for you',
  applied = 'applied',
  discarded = 'let go',
}

---@param text string
---@return string
local function line(text)
  return (text:gsub('%s+', ' '))
end

---@param proposal glossator.Proposal
---@return string
local function made_by(proposal)
  local where = proposal['local'] and 'on this machine' or 'remote'
  local parts = { ('%s, %s'):format(proposal.model or 'no model', where) }
  if proposal.rounds then
    table.insert(parts, proposal.rounds == 1 and '1 round' or proposal.rounds .. ' rounds')
  end
  if proposal.seconds then
    table.insert(parts, ('%.1f s'):format(proposal.seconds))
  end
  local tokens = (proposal.promptTokens or 0) + (proposal.completionTokens or 0)
  if tokens > 0 then
    table.insert(parts, tokens .. ' tokens')
  end
  if proposal.cost then
    table.insert(parts, proposal.cost)
  end
  return table.concat(parts, ', ')
end

---@param it glossator.Evidence
---@return string
local function check(it)
  local verdict = it.verdict == 'passed' and 'ok' or 'FAILED'
  local tool = vim.trim(('%s %s'):format(it.tool, it.version))
  tool = tool ~= '' and (' (%s)'):format(tool) or ''
  local said = it.after ~= '' and ': ' .. it.after or ''
  if it.before ~= '' and it.before ~= it.after then
    said = (': %s -> %s'):format(it.before, it.after)
  end
  return line(('- %s %s%s%s'):format(verdict, it.check, tool, said))
end

---Return what is known of a proposal, as lines of Markdown.
---@param proposal glossator.Proposal
---@return string[]
function M.lines(proposal)
  local lines = { '# ' .. line(proposal.title), '' }
  local id = proposal.id and proposal.state == 'waiting' and (' (%s)'):format(proposal.id) or ''
  table.insert(lines, ('%s%s'):format(states[proposal.state], id))
  table.insert(lines, made_by(proposal))
  for _, it in ipairs(proposal.files) do
    table.insert(lines, ('- %s %s'):format(it.change, it.path))
  end
  table.insert(lines, '')
  for _, it in ipairs(proposal.evidence) do
    table.insert(lines, check(it))
  end
  if #proposal.evidence == 0 then
    table.insert(lines, 'No check said anything.')
  end
  for _, it in ipairs(vim.list_extend(vim.deepcopy(proposal.told), proposal.notices)) do
    table.insert(lines, '- ' .. line(it))
  end
  return lines
end

return M
