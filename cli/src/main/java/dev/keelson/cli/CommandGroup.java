package dev.keelson.cli;

import picocli.CommandLine.ParameterException;

/** A thing with verbs; on its own it is not a command. */
abstract class CommandGroup extends KeelsonCommand {
    @Override
    final int run(Session session) {
        throw new ParameterException(
                spec.commandLine(),
                "`%s` needs a verb: %s.".formatted(spec.qualifiedName(), String.join(", ", spec.subcommands().keySet())));
    }
}
