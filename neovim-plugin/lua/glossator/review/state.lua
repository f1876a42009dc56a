-- Owns a review: which parts a proposal has, what was decided of each, and what follows from that.
-- It must not touch the editor: marks go in, and what to tell the server comes out.

local M = {}

---@alias glossator.Mark 'open'|'accepted'|'discarded'

---@class glossator.Part what is decided at once: a hunk, or a file that has none
---@field file integer
---@field hunk glossator.Hunk?
---@field mark glossator.Mark

---@class glossator.ReviewedFile
---@field change glossator.FileChange
---@field parts integer[] where its parts stand among all

---@class glossator.Counts
---@field open integer
---@field accepted integer
---@field discarded integer

---@class glossator.Review
---@field proposal glossator.Proposal
---@field files glossator.ReviewedFile[] those that are decided about
---@field along glossator.FileChange[] those that go with whatever is taken
---@field parts glossator.Part[]

---A file that is new or goes is taken as a whole; one that is only renamed has no hunks.
---@param change glossator.FileChange
---@return boolean
local function is_whole(change)
  return change.change == 'created' or change.change == 'deleted' or #change.hunks == 0
end

---@param proposal glossator.Proposal
---@return glossator.Review
function M.new(proposal)
  local review = { proposal = proposal, files = {}, along = {}, parts = {} }
  for _, change in ipairs(proposal.files) do
    if change.along then
      table.insert(review.along, change)
    else
      table.insert(review.files, { change = change, parts = {} })
      local hunks = is_whole(change) and { false } or change.hunks
      for _, hunk in ipairs(hunks) do
        local part = { file = #review.files, hunk = hunk or nil, mark = 'open' }
        table.insert(review.parts, part)
        table.insert(review.files[#review.files].parts, #review.parts)
      end
    end
  end
  return review
end

---@param one glossator.FileChange
---@param other glossator.FileChange
---@return boolean
local function is_same(one, other)
  return one.path == other.path and one.before == other.before and one.after == other.after
end

---Return the review of a proposal that was sent again, with the marks of files that are the same.
---@param review glossator.Review
---@param proposal glossator.Proposal
---@return glossator.Review
function M.renewed(review, proposal)
  local now = M.new(proposal)
  for _, file in ipairs(now.files) do
    local was = vim.iter(review.files):find(function(it)
      return is_same(it.change, file.change)
    end)
    for index, part in ipairs(file.parts) do
      now.parts[part].mark = was and review.parts[was.parts[index]].mark or 'open'
    end
  end
  return now
end

---@param review glossator.Review
---@param parts integer[]
---@param mark glossator.Mark
function M.mark(review, parts, mark)
  for _, it in ipairs(parts) do
    review.parts[it].mark = mark
  end
end

---@param review glossator.Review
---@return integer[] parts that are not decided
function M.open_parts(review)
  local open = {} ---@type integer[]
  for at, part in ipairs(review.parts) do
    if part.mark == 'open' then
      table.insert(open, at)
    end
  end
  return open
end

---@param review glossator.Review
---@param file integer?
---@return glossator.Counts
function M.counts(review, file)
  local counts = { open = 0, accepted = 0, discarded = 0 }
  for _, part in ipairs(review.parts) do
    if not file or part.file == file then
      counts[part.mark] = counts[part.mark] + 1
    end
  end
  return counts
end

---Return the part that a line belongs to: the one around it, else the one nearest to it.
---@param review glossator.Review
---@param file integer
---@param side 'before'|'after'
---@param line integer from 0
---@return integer part
function M.part_at(review, file, side, line)
  local best, distance = review.files[file].parts[1], nil ---@type integer, integer?
  for _, at in ipairs(review.files[file].parts) do
    local hunk = review.parts[at].hunk
    local away = 0
    if hunk then
      local lines = hunk[side]
      local last = lines.start + math.max(lines.count, 1) - 1
      away = line < lines.start and lines.start - line or math.max(line - last, 0)
    end
    if not distance or away < distance then
      best, distance = at, away
    end
  end
  return best
end

---Return the next part in this direction that is not decided, going round; nil where there is none.
---@param review glossator.Review
---@param from integer
---@param step 1|-1
---@return integer? part
function M.next_open(review, from, step)
  local count = #review.parts
  for away = 1, count do
    local at = (from - 1 + step * away) % count + 1
    if review.parts[at].mark == 'open' then
      return at
    end
  end
end

---@class glossator.Decision
---@field command 'proposal.apply'|'proposal.discard'
---@field argument { id: string, files: string[]?, hunks: table<string, integer[]>?, rest: string? }

---Return what to tell the server: what is accepted is applied, all else is let go.
---@param review glossator.Review
---@return glossator.Decision
function M.decision(review)
  local id = review.proposal.id --[[@as string]]
  local counts = M.counts(review)
  if counts.accepted == 0 then
    return { command = 'proposal.discard', argument = { id = id } }
  end
  if counts.accepted == #review.parts then
    return { command = 'proposal.apply', argument = { id = id } }
  end
  local files, hunks = {}, {} ---@type string[], table<string, integer[]>
  for index, file in ipairs(review.files) do
    local of_file = M.counts(review, index)
    if of_file.accepted == #file.parts then
      table.insert(files, file.change.path)
    elseif of_file.accepted > 0 then
      hunks[file.change.path] = vim
        .iter(file.parts)
        :filter(function(it)
          return review.parts[it].mark == 'accepted'
        end)
        :map(function(it)
          return review.parts[it].hunk.number
        end)
        :totable()
    end
  end
  return {
    command = 'proposal.apply',
    argument = {
      id = id,
      files = #files > 0 and files or nil,
      hunks = next(hunks) and hunks or nil,
      rest = 'discard',
    },
  }
end

return M
