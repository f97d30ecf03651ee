package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code keelson version}. */
@Command(name = "version", description = "Show the version of Keelson and of Java.")
final class VersionCommand extends KeelsonCommand {

    /** Version of this code, from the jar's manifest; {@code development} when it does not run from a jar. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** For {@code --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"keelson " + version()};
        }
    }

    @Override
    int run(Session session) {
        session.console().line("keelson %s, Java %s".formatted(version(), Runtime.version()));
        session.console()
                .document(JsonNodeFactory.instance
                        .objectNode()
                        .put("version", version())
                        .put("java", Runtime.version().toString()));
        return YES;
    }
}
