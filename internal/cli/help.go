package cli

// The help of every verb: examples first, exit codes last.

const helpFlags = `
Flags about the file
  -f, --file FILE      the deployment file; may be given several times, or be a pattern
  -e, --env NAME       the environment, where the file has several
      --instance NAME  one more copy of the service, such as a branch's
      --set PATH=VALUE override one value of the file; may be given several times
      --local          on this machine's engine instead of AWS
      --region NAME    the AWS region (default: as the AWS SDK finds it)
      --profile NAME   the AWS profile (default: as the AWS SDK finds it)
      --output FORMAT  text or json (one JSON object a line)
      --no-color       no colours (also: NO_COLOR in the environment)
`

const helpRoot = `Photon brings a Docker image up on AWS Fargate, from one file.

  photon --file deployment.json                     create or update
  photon --file deployment.json --terminate         delete everything it created
  photon --file deployment.json --plan              show what would be done
  photon --file deployment.json --local             the same on this machine
  photon --file deployment.json --env production
  photon --file 'services/*.json' --env staging     many services side by side

Verbs
  plan      show what would be done and change nothing
  status    workloads, tasks, the deployment, the address
  wait      wait for the deployment that is going on
  logs      what the containers write
  explain   the merged file, with the origin of each value
  schema    the JSON Schema of the file
  doctor    check credentials, region, quotas and Docker
  engine    the AWS on this machine that --local uses

"photon VERB --help" tells more about a verb.
` + helpFlags + `
Flags about the change
      --plan           show what would be done and change nothing
      --terminate      delete everything that the file's service owns
      --yes            do not ask before changing what is "protected"
      --detach         do not wait until the new version has taken over
      --timeout TIME   how long to wait for the new version (default 30m)

Exit codes
  0    done, or nothing to do
  1    an error that is Photon's or the world's
  2    wrong use, or the file has problems
  3    the new version did not take over; why is printed
  5    timed out; the deployment goes on, "photon wait" re-attaches
  6    refused before anything was changed
  8    there are changes ("photon plan --exit-code")
  130  interrupted; the deployment goes on, "photon wait" re-attaches
`

const helpHelp = `Show the help of a verb.

  photon help
  photon help plan
  photon help engine push

Exit codes
  0  shown    2  there is no such verb
`

const helpPlan = `Show what deploying the file would do, and why, and change nothing.

  photon plan --file deployment.json
  photon plan --file deployment.json --env production --exit-code
  photon plan --file deployment.json --terminate

  +  is created    ~  is changed    -  is deleted
` + helpFlags + `
Other flags
      --terminate      show what terminating would delete
      --exit-code      exit with 8 when there are changes

Exit codes
  0  planned    1  an error    2  wrong use, or the file has problems
  6  the deployment would be refused    8  there are changes (--exit-code)
`

const helpStatus = `Show the workloads of a service, their tasks, the deployment, the address.

  photon status --file deployment.json
  photon status --file deployment.json --env production --output json
` + helpFlags + `
Exit codes
  0  shown    1  an error, or the service does not exist    2  wrong use
`

const helpWait = `Wait until the deployment that is going on has ended, from any machine.

  photon wait --file deployment.json
  photon wait --file deployment.json --timeout 10m
` + helpFlags + `
Other flags
      --timeout TIME   how long to wait (default 30m)

Exit codes
  0  the new version has taken over, now or earlier
  1  an error, or nothing is deployed    2  wrong use
  3  the new version did not take over
  5  timed out; the deployment goes on    130  interrupted; it goes on
`

const helpLogs = `Show what the containers of a service write, merged by time.

  photon logs --file deployment.json                  of the last 10 minutes
  photon logs --file deployment.json --since 2h
  photon logs --file deployment.json -F               and go on as more comes
  photon logs --file deployment.json --workload web
` + helpFlags + `
Other flags
  -F, --follow           go on until interrupted
      --since TIME       how far to look back (default 10m)
      --workload NAME    of one workload only

Exit codes
  0  shown    1  an error, or there is no log    2  wrong use
`

const helpExplain = `Show the file as Photon understands it, with the origin of each value.

  photon explain --file deployment.json
  photon explain --file deployment.json --env production
` + helpFlags + `
Exit codes
  0  shown    2  wrong use, or the file has problems
`

const helpSchema = `Print the JSON Schema of the deployment file.

  photon schema > deployment.schema.json

Name it in the file, and editors complete and check:
  { "$schema": "./deployment.schema.json", "name": "orders", … }

Exit codes
  0  printed    2  wrong use
`

const helpDoctor = `Check what a deployment needs: credentials, account, region, quotas; with
--local, the Docker Engine and the engine.

  photon doctor
  photon doctor --file deployment.json --env production
  photon doctor --local
` + helpFlags + `
Exit codes
  0  everything is there    1  something is missing    2  wrong use
`

const helpEngine = `The engine is a small AWS on this machine: the real API, real containers on
the Docker Engine. --local starts it by itself.

  photon engine start               start it, unless it runs
  photon engine status              where it is
  photon engine push orders:1.4.2   push a local image to its private registry
  photon engine stop                stop it with every container; its state stays

The AWS CLI, SDKs and other tools use it too, with any credentials:
  AWS_ENDPOINT_URL=http://127.0.0.1:4580 AWS_REGION=us-east-1 \
  AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws ecs list-clusters

  PHOTON_ENGINE_ADDR   its address on loopback (default 127.0.0.1:4580)
  PHOTON_ENGINE_DIR    the folder of its state

Exit codes
  0  done    1  an error, or no engine is running (status)    2  wrong use
`

const helpEngineStart = `Start the engine, unless it runs already.

  photon engine start

Exit codes
  0  it runs    1  it cannot start; why is printed
`

const helpEngineStop = `Stop the engine with every container that it started. Its state stays: after
the next start, services come back as they were.

  photon engine stop

Exit codes
  0  it has stopped, or was not running    1  an error
`

const helpEngineStatus = `Show where the engine is.

  photon engine status
  photon engine status --output json

Exit codes
  0  it runs    1  it does not
`

const helpEnginePush = `Push an image of the Docker Engine to the engine's private registry, making
the repository if there is none, and print its name there.

  photon engine push orders:1.4.2
  photon engine push orders:1.4.2 --account 111111111111 --region eu-west-1

Exit codes
  0  pushed    1  an error    2  wrong use
`

const helpEngineRun = `Run the engine in the foreground, until it is interrupted.

  photon engine run

Exit codes
  0  it was interrupted    1  it cannot run; why is printed
`
