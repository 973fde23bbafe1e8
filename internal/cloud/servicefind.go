package cloud

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

// findServices lists the cluster, because ECS knows at once what the tagging
// API learns later: services that are left over, and on termination those of
// others.
func findServices(s *search) {
	cluster := resource.ClusterName(s.environment)
	for _, name := range s.wanted(resource.KindService) {
		s.ask(servicesQuestion, cluster+"/"+name)
	}
	s.ask(clusterServicesQuestion, cluster)
	if len(s.want) == 0 {
		s.ask(othersGroupsQuestion, s.environment)
	}
}

const servicesBatch = 10 // of one DescribeServices

var (
	clusterServicesQuestion = &question{what: "services of cluster", batch: 1, ask: askClusterServices}
	servicesQuestion        = &question{what: "service", batch: servicesBatch, ask: askServices} // by "cluster/name"
	othersQuestion          = &question{what: "service", batch: servicesBatch, ask: askOthers}   // by "cluster/name"
	othersGroupsQuestion    = &question{what: "security groups of", batch: 1, ask: askOthersGroups}
	sourceQuestion          = &question{what: "service revision", batch: 1, ask: askSource} // by service revision
)

func askClusterServices(ctx context.Context, s *search, clusters []string) error {
	arns, err := s.listServices(ctx, clusters[0])
	if err != nil {
		return err
	}
	for _, arn := range arns {
		name := clusters[0] + "/" + arn[strings.LastIndex(arn, "/")+1:]
		if _, own := workload(name, clusters[0]+"/"+s.servicePrefix()); own {
			s.ask(servicesQuestion, name)
		} else if len(s.want) == 0 {
			s.ask(othersQuestion, name)
		}
	}
	return nil
}

func (a *Account) listServices(ctx context.Context, cluster string) ([]string, error) {
	pages := ecs.NewListServicesPaginator(a.ecs(), &ecs.ListServicesInput{
		Cluster: &cluster, MaxResults: aws.Int32(100),
	})
	var arns []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if is(err, "ClusterNotFoundException") {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		arns = append(arns, page.ServiceArns...)
	}
	return arns, nil
}

// describeServices returns the services of a cluster that exist; INACTIVE
// ones, which are deleted, do not.
func (a *Account) describeServices(ctx context.Context, cluster string, names ...string) ([]types.Service, error) {
	out, err := a.ecs().DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: &cluster, Services: names, Include: []types.ServiceField{types.ServiceFieldTags},
	})
	if is(err, "ClusterNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var services []types.Service
	for _, service := range out.Services {
		if aws.ToString(service.Status) != "INACTIVE" {
			services = append(services, service)
		}
	}
	return services, nil
}

// inCluster splits names of the form "cluster/name", all of one cluster.
func inCluster(about []string) (cluster string, names []string) {
	for _, text := range about {
		var name string
		cluster, name, _ = strings.Cut(text, "/")
		names = append(names, name)
	}
	return cluster, names
}

func askServices(ctx context.Context, s *search, about []string) error {
	cluster, names := inCluster(about)
	services, err := s.describeServices(ctx, cluster, names...)
	if err != nil {
		return err
	}
	for _, service := range services {
		key := resource.Key{Kind: resource.KindService, Name: aws.ToString(service.ServiceName)}
		// A wanted one that is draining is made again when it is gone.
		if _, wanted := s.want[key]; !wanted || aws.ToString(service.Status) == "ACTIVE" {
			s.foundService(key.Name, service)
		}
	}
	return nil
}

func (s *search) foundService(name string, service types.Service) {
	id, definition := aws.ToString(service.ServiceArn), aws.ToString(service.TaskDefinition)
	s.tagged(id, ecsTags(service.Tags))
	s.current.set(id, running{aws.ToString(service.CurrentServiceDeployment), definition})
	s.ask(revisionQuestion, definition)
	s.mu.Lock()
	s.runs[familyOf(definition)] = definition
	if rollingOut(service) {
		s.ongoing[id] = watchOf(&service)
	}
	s.mu.Unlock()
	s.found(&thing{
		kind: resource.KindService, name: name, id: id, attributes: serviceDocument(service), failed: failedRollout(service),
	})
	if len(service.LoadBalancers) > 0 && service.LoadBalancers[0].AdvancedConfiguration == nil {
		for _, current := range service.CurrentServiceRevisions {
			s.ask(sourceQuestion, aws.ToString(current.Arn))
		}
	}
}

// rollingOut reports whether a service has a deployment that has not ended.
func rollingOut(service types.Service) bool {
	return slices.ContainsFunc(service.Deployments, func(d types.Deployment) bool {
		return d.RolloutState == types.DeploymentRolloutStateInProgress
	})
}

// failedRollout says why a service's newest deployment failed where ECS had
// nothing to go back to; empty when it did not.
func failedRollout(service types.Service) string {
	for _, d := range service.Deployments {
		if aws.ToString(d.Status) == "PRIMARY" && d.RolloutState == types.DeploymentRolloutStateFailed {
			return cmp.Or(aws.ToString(d.RolloutStateReason), "the last deployment failed")
		}
	}
	return ""
}

// serviceDocument is a service as the input of CreateService. What only its
// deployments tell is taken from the primary one.
func serviceDocument(service types.Service) resource.Document {
	whole := documentOf(service)
	document := membersOf[ecs.CreateServiceInput](whole)
	document["cluster"] = whole["clusterArn"]
	for _, deployment := range service.Deployments {
		if aws.ToString(deployment.Status) != "PRIMARY" {
			continue
		}
		of := documentOf(deployment)
		for _, name := range []string{
			"capacityProviderStrategy", "networkConfiguration", "platformVersion",
			"serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations",
		} {
			if _, told := document[name]; !told && of[name] != nil {
				document[name] = of[name]
			}
		}
	}
	return document
}

// askSource completes the load balancers of services whose description leaves
// out how traffic is shifted: the revision that runs has it.
func askSource(ctx context.Context, s *search, revisions []string) error {
	out, err := s.ecs().DescribeServiceRevisions(ctx, &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: revisions})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range out.ServiceRevisions {
		for _, t := range s.things {
			if document, ok := t.attributes.(resource.Document); ok && t.id == aws.ToString(r.ServiceArn) {
				document["loadBalancers"] = documentOf(r)["loadBalancers"]
			}
		}
	}
	return nil
}

// askOthers learns whose the other services of the cluster are. One without an
// owner keeps the cluster too.
func askOthers(ctx context.Context, s *search, about []string) error {
	cluster, names := inCluster(about)
	services, err := s.describeServices(ctx, cluster, names...)
	if err != nil {
		return err
	}
	for _, service := range services {
		owner := ecsTags(service.Tags)[resource.TagOwner]
		if owner == "" {
			owner = "service " + aws.ToString(service.ServiceName)
		}
		s.other(owner)
	}
	return nil
}

// askOthersGroups learns of services that are half made or half gone: every
// workload has a security group.
func askOthersGroups(ctx context.Context, s *search, environments []string) error {
	groups, err := s.groups(ctx, groupFilter("tag:"+resource.TagEnvironment, environments...))
	if err != nil {
		return err
	}
	for _, g := range groups {
		s.other(ec2Tags(g.Tags)[resource.TagOwner])
	}
	return nil
}

func (s *search) other(owner string) {
	if owner == "" || owner == s.owner || owner == s.environment {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others[owner] = true
}
