---@meta glossator.protocol
-- Owns the types of what the server and this plugin say to each other beyond plain LSP.
-- It must not hold code: nothing loads this file.

---@class glossator.Lines
---@field start integer the first line, from 0
---@field count integer

---@class glossator.Hunk
---@field number integer
---@field before glossator.Lines
---@field after glossator.Lines
---@field added integer
---@field deleted integer

---@alias glossator.Change 'modified'|'created'|'renamed'|'deleted'

---@class glossator.FileChange
---@field path string relative to the workspace's root, with `/`
---@field uri string
---@field change glossator.Change
---@field movedFrom string?
---@field before string? nil where there was no file, and for comments
---@field after string? nil where there will be none, and for comments
---@field hunks glossator.Hunk[]
---@field confirm boolean the server asks about it by itself
---@field along boolean it goes with whatever is taken

---@class glossator.Evidence
---@field check string
---@field tool string
---@field version string
---@field before string
---@field after string
---@field verdict 'passed'|'failed'

---@class glossator.Proposal
---@field id string? nil for what is applied already
---@field job integer
---@field state 'waiting'|'applied'|'discarded'
---@field title string
---@field noun 'fix'|'edit'|'comment'
---@field byParts boolean
---@field files glossator.FileChange[]
---@field evidence glossator.Evidence[]
---@field told string[]
---@field notices string[]
---@field model string?
---@field route string?
---@field local boolean?
---@field rounds integer?
---@field seconds number?
---@field promptTokens integer?
---@field completionTokens integer?
---@field cost string?

---@class glossator.Citation
---@field path string
---@field startLine integer from 1
---@field endLine integer

---@class glossator.AnswerPiece
---@field job integer
---@field seq integer
---@field delta string
---@field startOver boolean?
---@field done boolean?
---@field found boolean?
---@field citations glossator.Citation[]?
---@field notices string[]?
---@field model string?

---@class glossator.Plan
---@field job integer
---@field title string
---@field text string
---@field files string[]
---@field uri string?
---@field problem string?

---@class glossator.Trial what came of a prompt, in a file that is written anew each time
---@field job integer
---@field prompt string
---@field uri string

---@class glossator.Role
---@field model string?
---@field route string?
---@field local boolean?
---@field why string?
---@field problem string?

---@class glossator.Job
---@field job integer
---@field title string

---@class glossator.Index
---@field root string
---@field phase string?
---@field filesDone integer?
---@field filesTotal integer?
---@field files integer?
---@field problems string[]

---@class glossator.Status: glossator.Role
---@field version string
---@field jobs glossator.Job[]
---@field folders string[]
---@field index glossator.Index[]
---@field roles table<string, glossator.Role>?

---@class glossator.SearchHit
---@field path string
---@field start_line integer
---@field end_line integer
---@field symbol string
---@field kind string
---@field score number
---@field location lsp.Location

---@class glossator.Target what a command is to work on
---@field uri string?
---@field version integer?
---@field range lsp.Range?
