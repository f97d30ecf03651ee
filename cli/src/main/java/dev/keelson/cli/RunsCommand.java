package dev.keelson.cli;

import picocli.CommandLine.Command;

/** {@code keelson runs}. */
@Command(
        name = "runs",
        description = "Tracked runs: trainings, and what clients logged, with parameters, metrics and provenance.",
        subcommands = {
            RunsList.class,
            RunsShow.class,
            RunsCompare.class,
            RunsDiff.class,
            RunsExport.class,
            RunsFiles.class,
            RunsDownload.class,
            RunsUpload.class,
            RunsChange.Delete.class,
            RunsChange.Restore.class,
            RunsChange.Collect.class,
            RunsChange.Note.class,
            RunsChange.Tag.class
        })
final class RunsCommand extends CommandGroup {}
