import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Print, for each file named on standard input, what methods Java's own parser finds in it, as JSON. */
public class JavaExtents {
    public static void main(String[] arguments) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
            JavacTask task = (JavacTask) compiler.getTask(
                null, manager, said, null, null, manager.getJavaFileObjects(new File(name)));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<String> found = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                new Methods(unit, positions, found).scan(unit, null);
            }
            boolean broken = said.getDiagnostics().stream().anyMatch(it -> it.getKind() == Diagnostic.Kind.ERROR);
            if (!broken) {
                System.out.println(
                    "{\"path\": \"" + name + "\", \"functions\": [" + String.join(", ", found) + "]}");
            }
        }
    }

    private static class Methods extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final LineMap lines;
        private final List<String> found;
        private final Deque<String> classes = new ArrayDeque<>();

        Methods(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
            this.unit = unit;
            this.positions = positions;
            this.lines = unit.getLineMap();
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            classes.push(tree.getSimpleName().toString());
            super.visitClass(tree, nothing);
            classes.pop();
            return null;
        }

        @Override
        public Void visitMethod(MethodTree tree, Void nothing) {
            String name = tree.getName().toString();
            if (name.equals("<init>")) {
                name = classes.peek();
            }
            long start = lines.getLineNumber(positions.getStartPosition(unit, tree));
            long end = lines.getLineNumber(positions.getEndPosition(unit, tree) - 1);
            found.add("[\"" + name + "\", " + start + ", " + end + "]");
            return super.visitMethod(tree, nothing);
        }
    }
}
