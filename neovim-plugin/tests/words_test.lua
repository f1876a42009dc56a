-- Owns the tests of what is said: command line, statusline, hover, evidence, restarts, options.

local command_line = require('glossator.command_line')
local evidence = require('glossator.evidence_text')
local hover = require('glossator.hover_text')
local options = require('glossator.options')
local restarts = require('glossator.restarts')
local status = require('glossator.status_text')

local function candidates(takes)
  return ({ job = { '1', '12' }, proposal = { '7-1' } })[takes] or {}
end

---@param line string
---@return string[]
local function completed(line)
  return command_line.complete(line, line:match('%S*$'), candidates)
end

local function read(arguments)
  local call, problem = command_line.parse(arguments)
  return call and { call.subcommand.name, call.text } or problem
end

return {
  ['a subcommand and what follows it'] = function(check)
    check(read('ask  why is it so?  '), { 'ask', 'why is it so?' })
    check(read('cancel 3'), { 'cancel', '3' })
    check(read(''), { 'status', '' })
  end,

  ['a beginning that means one only stands for it'] = function(check)
    check(read('exp'), { 'explain', '' })
    check(read('ed add a limit'), { 'edit', 'add a limit' })
    -- `document` is whole, though `documentAll` begins with it.
    check(read('document'), { 'document', '' })
    check(read('e'), 'there is no `e`: `:Glossator <Tab>` shows what there is.')
  end,

  ['what takes nothing says so'] = function(check)
    check(read('explain this'), '`explain` takes nothing after it, not "this".')
  end,

  ['completion of subcommands and of what they take'] = function(check)
    check(completed('Glossator doc'), { 'document', 'documentAll' })
    check(completed('Glossator! doc'), { 'document', 'documentAll' })
    check(completed("'<,'>Glossator exp"), { 'explain' })
    check(completed('Glossator cancel '), { '1', '12' })
    check(completed('Glossator cancel 12'), { '12' })
    check(completed('Glossator cancel 1 '), {})
    check(completed('Glossator ask '), {})
    check(#completed('Glossator '), #command_line.subcommands)
  end,

  ['the statusline says model, place, jobs and index, and nothing it would obey'] = function(check)
    local base = { model = 'co%der', ['local'] = true, jobs = {}, index = {} }
    check(status.line(status.view(base)), 'coder (local)')
    local busy = vim.tbl_extend('force', base, {
      ['local'] = false,
      jobs = { { job = 1, title = 'Fix f' }, { job = 2, title = 'Ask' } },
      index = { { root = '/x', filesDone = 3, filesTotal = 10, problems = {} } },
    })
    check(
      status.line(status.view(busy, 'Fix f: round\n1')),
      'coder (remote) | Fix f: round 1 | 2 jobs | index 3/10'
    )
    local without = { problem = 'No model.', jobs = { { job = 1, title = 'x' } }, index = {} }
    check(status.line(status.view(without)), 'no model | 1 job')
  end,

  ['the status names each role, job and index'] = function(check)
    local lines = status.lines({
      version = '1',
      roles = {
        fix = { problem = 'Name a model for it.' },
        ask = { model = 'coder', ['local'] = true, route = 'ollama' },
      },
      jobs = { { job = 3, title = 'Fix f' } },
      index = { { root = '/x', problems = { 'It does not answer.' } } },
    })
    check(lines, {
      'Glossator 1',
      '',
      'ask        coder, on this machine (ollama)',
      'fix        Name a model for it.',
      '',
      'job 3      Fix f',
      'index      /x: does not answer',
      '           It does not answer.',
    })
  end,

  ['a hover keeps its kind'] = function(check)
    local titles = { 'Document `f`', 'Explain `f`' }
    check(hover.with_actions('words', titles), 'words\n\n1. Document `f`\n2. Explain `f`')
    check(
      hover.with_actions({ kind = 'plaintext', value = 'words' }, titles),
      { kind = 'plaintext', value = 'words\n\n1. Document f\n2. Explain f' }
    )
    check(
      hover.with_actions({ kind = 'markdown', value = 'words' }, titles).value,
      'words\n\n1. Document `f`\n2. Explain `f`'
    )
    check(
      hover.with_actions({ { language = 'c', value = 'x' } }, titles)[2],
      '1. Document `f`\n2. Explain `f`'
    )
    check(hover.with_actions('words', {}), 'words')
  end,

  ['evidence says what ran, and what did not pass'] = function(check)
    local lines = evidence.lines({
      id = '7-1',
      state = 'waiting',
      title = 'Fix f',
      files = { { change = 'modified', path = 'f.c' } },
      evidence = {
        {
          check = 'compile',
          tool = 'gcc',
          version = '12',
          before = '1 error',
          after = '0 errors',
          verdict = 'passed',
        },
        { check = 'part', tool = '', version = '', before = '', after = 'no', verdict = 'failed' },
      },
      told = { 'round 1' },
      notices = { 'a\nnotice' },
      model = 'coder',
      ['local'] = false,
      rounds = 2,
      seconds = 1.5,
      promptTokens = 10,
      completionTokens = 5,
      cost = '0.01 EUR',
    })
    check(lines, {
      '# Fix f',
      '',
      'waits for you (7-1)',
      'coder, remote, 2 rounds, 1.5 s, 15 tokens, 0.01 EUR',
      '- modified f.c',
      '',
      '- ok compile (gcc 12): 1 error -> 0 errors',
      '- FAILED part: no',
      '- round 1',
      '- a notice',
    })
  end,

  ['a server is started again three times in three minutes'] = function(check)
    local counted = {} ---@type integer[]
    local again
    for now = 1, 4 do
      counted, again = restarts.after(counted, now)
      check(again, now < 4)
    end
    counted, again = restarts.after(counted, 4 + restarts.WITHIN_MS)
    check({ #counted, again }, { 1, true })
  end,

  ['who meant it did not break it'] = function(check)
    local found = vim.tbl_map(function(it)
      return restarts.is_breakdown(it[1], it[2])
    end, { { 0, 0 }, { 0, 15 }, { 143, 0 }, { 1, 0 }, { 0, 9 }, { 0, 11 } })
    check(found, { false, false, false, true, true, true })
  end,

  ['options are compared with what there is'] = function(check)
    check(options.problems({}), {})
    check(options.problems({ keys = { review = { accept = false, apply = 'ga' } } }), {})
    check(options.problems({ answer = 'float' }), {
      'there is no option `answer`; see :help glossator-options.',
    })
    check(options.problems({ answers = 'hologram', keys = { plan = { go_on = true } } }), {
      '`answers` must be one of split, vsplit, float.',
      '`keys.plan.go_on` must be a key such as "ga", or false.',
    })
    check(options.problems({ keys = 5 }), { '`keys` must be a table.' })
    check(options.problems({ keys = { review = 'a' } }), { '`keys.review` must be a table.' })
  end,

  ['options that are no table are said, and the defaults stay'] = function(check)
    vim.g.glossator = 'float'
    check(options.complaints(), { 'the options must be a table; see :help glossator-options.' })
    check(options.now(), options.defaults)
    vim.g.glossator = nil
    check(options.complaints(), {})
  end,
}
