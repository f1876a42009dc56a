-- Owns an answer while it is written: its pieces become lines, and its links become places.
-- It must not touch the editor, and follows no link.

local M = {}

---@class glossator.Place
---@field line integer where it stands in the answer, from 0
---@field start integer the first byte
---@field stop integer the byte after the last one
---@field uri string
---@field target integer the line it names, from 1

---@class glossator.Answer
---@field job integer
---@field heading string
---@field text string
---@field is_done boolean
---@field is_whole boolean it was not cut off
---@field notices string[]
---@field model string?

---@param job integer
---@param heading string
---@return glossator.Answer
function M.new(job, heading)
  return {
    job = job,
    heading = heading,
    text = '',
    is_done = false,
    is_whole = false,
    notices = {},
  }
end

---@param answer glossator.Answer
---@param piece glossator.AnswerPiece
function M.add(answer, piece)
  if piece.startOver then
    answer.text = ''
  end
  answer.text = answer.text .. piece.delta
  if piece.done then
    answer.is_done = true
    answer.is_whole = piece.found ~= nil
    answer.notices = piece.notices or {}
    answer.model = piece.model
  end
end

---Return a line with its links as their labels, and the places that these name.
---@param line string
---@return string shown
---@return glossator.Place[] places whose `line` is not known here
local function with_places(line)
  local shown, places = '', {} ---@type string, glossator.Place[]
  local at = 1
  while true do
    local start, stop, label, uri, target =
      line:find('%[([^%[%]\n]-)%]%(<?(file://[^%s<>()]-)#L(%d+)[^%s<>()]*>?%)', at)
    if not start then
      break
    end
    shown = shown .. line:sub(at, start - 1)
    local words = label:gsub('\\(%p)', '%1')
    table.insert(places, {
      line = 0,
      start = #shown,
      stop = #shown + #words,
      uri = uri,
      target = tonumber(target),
    })
    shown = shown .. words
    at = stop + 1
  end
  return shown .. line:sub(at), places
end

---@param answer glossator.Answer
---@return string[]
local function foot(answer)
  if not answer.is_done then
    return { '', '...' }
  end
  local lines = { '' } ---@type string[]
  for _, it in ipairs(answer.notices) do
    table.insert(lines, '- Note: ' .. it:gsub('%s+', ' '))
  end
  if not answer.is_whole then
    table.insert(lines, '(stopped)')
  elseif answer.model then
    table.insert(lines, ('By %s.'):format(answer.model))
  end
  return #lines > 1 and lines or {}
end

---Return what is shown of an answer.
---@param answer glossator.Answer
---@return string[] lines
---@return glossator.Place[] places
function M.render(answer)
  local lines, places = { '# ' .. answer.heading, '' }, {} ---@type string[], glossator.Place[]
  local in_code = false
  for _, line in ipairs(vim.split(answer.text, '\r?\n')) do
    local shown, found = line, {} ---@type string, glossator.Place[]
    if line:find('^%s*```') then
      in_code = not in_code
    elseif not in_code then
      shown, found = with_places(line)
    end
    for _, it in ipairs(found) do
      it.line = #lines
      table.insert(places, it)
    end
    table.insert(lines, shown)
  end
  while lines[#lines] == '' do
    table.remove(lines)
  end
  vim.list_extend(lines, foot(answer))
  table.insert(lines, '')
  return lines, places
end

---Return the place that is meant in a line: the one at the column, else the nearest.
---@param places glossator.Place[]
---@param line integer
---@param column integer
---@return glossator.Place?
function M.place_at(places, line, column)
  local best, distance
  for _, it in ipairs(places) do
    if it.line == line then
      local away = math.max(it.start - column, column - it.stop + 1, 0)
      if not distance or away < distance then
        best, distance = it, away
      end
    end
  end
  return best
end

---Return the place after or before a position, going round.
---@param places glossator.Place[] in order
---@param line integer
---@param column integer
---@param step 1|-1
---@return glossator.Place?
function M.next_place(places, line, column, step)
  local function is_beyond(it)
    if it.line ~= line then
      return (it.line - line) * step > 0
    end
    return (it.start - column) * step > 0
  end
  local first, last = step == 1 and 1 or #places, step == 1 and #places or 1
  for at = first, last, step do
    if is_beyond(places[at]) then
      return places[at]
    end
  end
  return places[first]
end

return M
