-- Owns the tests of how an answer's pieces become lines and places.

local text = require('glossator.answers.text')

---@param ... glossator.AnswerPiece
---@return glossator.Answer
local function answer(...)
  local it = text.new(3, 'Why?')
  for _, piece in ipairs({ ... }) do
    text.add(it, vim.tbl_extend('keep', piece, { job = 3, seq = 0, delta = '' }))
  end
  return it
end

local LINK = '[src/net\\.c\\:6](<file:///home/me/src/net.c#L6>)'

return {
  ['pieces are joined wherever they are cut'] = function(check)
    for at = 0, #LINK do
      local it = answer({ delta = 'It. ' .. LINK:sub(1, at) }, { delta = LINK:sub(at + 1) })
      local lines, places = text.render(it)
      check(lines[3], 'It. src/net.c:6')
      check(places, {
        { line = 2, start = 4, stop = 15, uri = 'file:///home/me/src/net.c', target = 6 },
      })
    end
  end,

  ['two places on a line, and bytes where letters are wide'] = function(check)
    local it = answer({ delta = 'Über ' .. LINK .. ' und ' .. LINK })
    local lines, places = text.render(it)
    check(lines[3], 'Über src/net.c:6 und src/net.c:6')
    check({ places[1].start, places[1].stop }, { 6, 17 })
    check(lines[3]:sub(places[2].start + 1, places[2].stop), 'src/net.c:6')
  end,

  ['links to elsewhere stay what they are'] = function(check)
    local said = '[here](https://example.org#L6) and [there](<http://x/#L1>)'
    local lines, places = text.render(answer({ delta = said }))
    check(lines[3], said)
    check(places, {})
  end,

  ['code is shown as it is'] = function(check)
    local it = answer({ delta = '```c\n' .. LINK .. '\n```\n' .. LINK })
    local lines, places = text.render(it)
    check(lines[4], LINK)
    check(#places, 1)
    check(places[1].line, 5)
  end,

  ['startOver takes back all before it'] = function(check)
    local it = answer({ delta = 'wrong' }, { delta = 'right', startOver = true })
    check(text.render(it), { '# Why?', '', 'right', '', '...', '' })
  end,

  ['the end says by whom, with its notes'] = function(check)
    local it = answer({ delta = 'Yes.\n\n' }, {
      done = true,
      found = true,
      notices = { '1 statement\nleft out' },
      model = 'coder',
    })
    check(text.render(it), {
      '# Why?',
      '',
      'Yes.',
      '',
      '- Note: 1 statement left out',
      'By coder.',
      '',
    })
  end,

  ['what was cut off says so'] = function(check)
    local lines = text.render(answer({ delta = 'Ye' }, { done = true }))
    check(lines, { '# Why?', '', 'Ye', '', '(stopped)', '' })
  end,

  ['the place on a line is the one at the column, else the nearest'] = function(check)
    local places = {
      { line = 2, start = 4, stop = 8, uri = 'a', target = 1 },
      { line = 2, start = 20, stop = 24, uri = 'b', target = 1 },
    }
    local found = vim.tbl_map(function(column)
      return text.place_at(places, 2, column).uri
    end, { 0, 7, 9, 13, 15, 40 })
    check(found, { 'a', 'a', 'a', 'a', 'b', 'b' })
    check(text.place_at(places, 3, 0), nil)
  end,

  ['walking goes round'] = function(check)
    local places = {
      { line = 2, start = 4, stop = 8, uri = 'a', target = 1 },
      { line = 5, start = 0, stop = 3, uri = 'b', target = 1 },
    }
    check(text.next_place(places, 0, 0, 1).uri, 'a')
    check(text.next_place(places, 2, 4, 1).uri, 'b')
    check(text.next_place(places, 5, 0, 1).uri, 'a')
    check(text.next_place(places, 5, 0, -1).uri, 'a')
    check(text.next_place(places, 2, 4, -1).uri, 'b')
    check(text.next_place({}, 0, 0, 1), nil)
  end,
}
