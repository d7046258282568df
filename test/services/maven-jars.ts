import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MavenArtifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
  /** A dependency that it runs without. */
  readonly without?: Pick<MavenArtifact, 'groupId' | 'artifactId'>;
}

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const DOWNLOAD_MILLIS = 600_000;

/** Puts the jars of artifacts, and of what they need to run, into `folder/lib`. */
export function mavenJars(folder: string, artifacts: readonly MavenArtifact[]): void {
  const pom = join(folder, 'pom.xml');
  writeFileSync(pom, projectOf(artifacts));
  // A repository of its own, since two Mavens at once may corrupt that of the user.
  const repository = join(folder, 'repository');
  const options = [
    '-DincludeScope=runtime',
    `-DoutputDirectory=${join(folder, 'lib')}`,
    `-Dmaven.repo.local=${repository}`,
  ];
  const { status, error } = spawnSync('mvn', ['-q', '-B', '-f', pom, COPY, ...options], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: DOWNLOAD_MILLIS,
    killSignal: 'SIGKILL',
  });
  if (status !== 0) throw new Error(`${artifacts.map(nameOf).join(' and ')} could not be installed`, { cause: error });
  rmSync(repository, { recursive: true });
}

function nameOf({ groupId, artifactId, version }: MavenArtifact): string {
  return `${groupId}:${artifactId}:${version}`;
}

function projectOf(artifacts: readonly MavenArtifact[]): string {
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${artifacts.map(dependencyOf).join('')}
  </dependencies>
</project>
`;
}

function dependencyOf({ groupId, artifactId, version, without }: MavenArtifact): string {
  const exclusion =
    without &&
    `<exclusions><exclusion>
        <groupId>${without.groupId}</groupId><artifactId>${without.artifactId}</artifactId>
      </exclusion></exclusions>`;
  return `
    <dependency>
      <groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version>
      ${exclusion ?? ''}
    </dependency>`;
}
